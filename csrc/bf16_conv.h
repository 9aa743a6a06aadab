// Sparse convolutions over pairs of rows in bfloat16 with float32 sums. Numbers are their 16 bits.
//
// The number of threads never changes a result: each output row is summed by one thread in a fixed
// order.

#pragma once

#include <cstdint>
#include <vector>

#include "bf16_kernels.h"
#include "sparse_conv.h"

namespace detailbase {

// A weight [out, K, in], packed once for all products: [K][in / 2][out][2], padded with zeros.
struct Bf16Weight {
  Bf16Weight(const uint16_t* weight, int out, int columns, int in);

  int out, columns, in, padded_out;
  int64_t step;  // numbers of an offset
  std::vector<uint16_t> packed;
};

// What a convolution writes; null = nothing.
struct Bf16Results {
  float* sums;     // [rows, out]: added + products
  uint16_t* norm;  // [rows, out]: max(0, that * scale + shift), in bfloat16
};

// The sum over the pairs of row i of weight[:, offset] . source[from], begun with `finish.added`;
// scale and shift go with results.norm. Results share no memory with what they are made of. This
// and what follows needs bf16_kernels().
void bf16_pair_product(const uint16_t* source, const RowPairs& listed, const Bf16Weight& weight,
                       const Finish& finish, const Bf16Results& results, int threads);

// result = max(0, rows * scale + shift) in bfloat16; [count, width] each.
void bf16_norm_relu(const float* rows, int64_t count, int width, const float* scale,
                    const float* shift, uint16_t* result, int threads);

// Null where this machine has none.
const Bf16Kernels* bf16_kernels();

}  // namespace detailbase
