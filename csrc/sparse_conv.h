// Sparse convolutions over tables of rows, float32 on the CPU. Rows are contiguous.
//
// The number of threads never changes a result: each output row, and each offset of a weight
// gradient, is summed by one thread in a fixed order.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sparse_kernels.h"

namespace detailbase {

constexpr int kTileRows = 256;  // a tile's sums and its neighbours' rows stay in the L2 cache

// A [out, K, in] weight in any memory order; strides in floats.
struct WeightView {
  const float* data;
  int out, columns, in;
  int64_t out_stride, column_stride, in_stride;
};

// The pairs of a tile of rows, by offset: those of offset k end at ends[k]. `to` counts from the
// tile's first row, `from` is an index into `sources`.
struct TilePairs {
  std::vector<int32_t> sources;  // the source rows that take part, each once
  std::vector<Pair> pairs;
  std::vector<int32_t> ends;
};

// Which source rows take part in which result rows, without the missing ones, so that these cost
// nothing in the products. Listed once, it serves every layer between the same voxels.
struct RowPairs {
  int64_t rows;  // of the result
  int columns;
  int32_t last_source;   // the highest source row, -1 = none takes part
  int64_t most_sources;  // of a tile
  std::vector<TilePairs> tiles;
};

// Of a table [rows, columns] of source rows, -1 = none.
RowPairs list_pairs(const int32_t* table, int64_t rows, int columns, int threads);

// Of one source row and offset per result row; parent -1 = none.
RowPairs list_pairs_of_slots(const int32_t* parent, const int32_t* slot, int64_t rows, int columns,
                             int threads);

// What else happens to a result while it is still in the cache; null = nothing.
struct Finish {
  const float* added;          // rows [rows, out] that the sums begin with
  const float *scale, *shift;  // [out]: max(0, sum * scale + shift) in place of the sum
};

// result[i] = sum over the pairs of row i of weight[:, offset] . source[from], finished; it shares
// no memory with what it is made of.
void pair_product(const float* source, const RowPairs& listed, const WeightView& weight,
                  const Finish& finish, float* result, int threads);

// result[o, k, c] = sum over i of left[i, o] * source[table[i, k], c]; result is [out, K, in].
void gather_outer(const float* left, int out, const float* source, int in, const int32_t* table,
                  int64_t rows, int columns, float* result, int threads);

// Products of float32 on matrix units (bf16_kernels.h), all else as in AVX-512; null where there
// are none.
const SparseKernels* amx_float_kernels();

// The instruction sets that this machine runs, best first; the first is in use until another is
// chosen (for tests and measurements). use_instruction_set returns false for an unknown name.
std::vector<std::string> instruction_sets();
bool use_instruction_set(const std::string& name);
const SparseKernels& kernels_in_use();

}  // namespace detailbase
