// The inner loops of sparse convolution in bfloat16, for processors with matrix units. Numbers are
// held as their 16 bits; sums are float32.

#pragma once

#include <cstdint>

#include "sparse_kernels.h"

namespace detailbase {

constexpr int kBf16In = 32;   // channels of a packed weight come in multiples of it
constexpr int kBf16Out = 16;  // and its output channels in multiples of this

struct Bf16Kernels {
  const char* name;

  // Floats of scratch memory, 64-byte aligned, that a thread hands to add_products.
  int64_t (*scratch_floats)(int in, int padded_out);

  // A thread calls these around its products; `before` is 64 bytes of its own.
  void (*enter)(void* before);
  void (*leave)(const void* before);

  // sums[to][o] += sum over c of source[from][c] * weight[c / 2][o][c % 2], pair by pair in order.
  // source: rows of `in` numbers. weight: [in / 2][padded_out][2], `in` padded with zeros to
  // kBf16In. sums: rows of padded_out floats.
  void (*add_products)(const Pair* pairs, int count, const uint16_t* source, int in,
                       const uint16_t* weight, int padded_out, float* sums, float* scratch);

  // result = max(0, rows * scale + shift), rounded to the nearest; rows lie row_stride floats
  // apart, those of the result `width` numbers. NaN stays.
  void (*norm_relu)(const float* rows, int row_stride, int64_t count, int width, const float* scale,
                    const float* shift, uint16_t* result);
};

// Null where the compiler or the machine cannot run them.
const Bf16Kernels* amx_kernels();

}  // namespace detailbase
