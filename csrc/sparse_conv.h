// Sparse convolutions over tables of rows, float32 on the CPU. Rows are contiguous.
//
// The number of threads never changes a result: each output row, and each offset of a weight
// gradient, is summed by one thread in a fixed order.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace detailbase {

// A [out, K, in] weight in any memory order; strides in floats.
struct WeightView {
  const float* data;
  int out, columns, in;
  int64_t out_stride, column_stride, in_stride;
};

// result[i] = sum over k of weight[:, k] . source[table[i, k]]; table is [rows, K], -1 = none.
void gather_product(const float* source, const int32_t* table, int64_t rows,
                    const WeightView& weight, float* result, int threads);

// result[i] = weight[:, slot[i]] . source[parent[i]]; zeros where parent[i] = -1.
void expand_product(const float* source, const int32_t* parent, const int32_t* slot, int64_t rows,
                    const WeightView& weight, float* result, int threads);

// result[o, k, c] = sum over i of left[i, o] * source[table[i, k], c]; result is [out, K, in].
void gather_outer(const float* left, int out, const float* source, int in, const int32_t* table,
                  int64_t rows, int columns, float* result, int threads);

// The instruction sets that this machine runs, best first; the first is in use until another is
// chosen (for tests and measurements). use_instruction_set returns false for an unknown name.
std::vector<std::string> instruction_sets();
bool use_instruction_set(const std::string& name);

}  // namespace detailbase
