// Sparse convolutions over pairs of rows on matrix units for bfloat16, with float32 sums: in
// bfloat16, or as exact as in float32 (see bf16_kernels.h). Numbers of bfloat16 are their 16 bits.
//
// The number of threads never changes a result: each output row is summed by one thread in a fixed
// order.

#pragma once

#include <cstdint>
#include <vector>

#include "bf16_kernels.h"
#include "sparse_conv.h"

namespace detailbase {

// Memory that begins on a cache line.
template <class T>
class LineAligned {
 public:
  explicit LineAligned(int64_t count) : memory_(static_cast<size_t>(count) + kSpare) {}

  T* begin() { return memory_.data() + offset(); }
  const T* begin() const { return memory_.data() + offset(); }

 private:
  static constexpr size_t kLine = 64, kSpare = kLine / sizeof(T);
  size_t offset() const {
    const auto address = reinterpret_cast<uintptr_t>(memory_.data());
    return (kLine - address % kLine) % kLine / sizeof(T);
  }

  std::vector<T> memory_;
};

// A weight [out, K, in], packed once for all products, of one plane or of a float32's three.
class Bf16Weight {
 public:
  Bf16Weight(const uint16_t* weight, int out, int columns, int in);
  explicit Bf16Weight(const WeightView& weight);

  Bf16View view() const { return {packed_.begin(), in_tiles, out_tiles, planes}; }

  int out, columns, in, planes, in_tiles, out_tiles;

 private:
  Bf16Weight(int out, int columns, int in, int planes);
  int64_t place(int plane, int o, int k, int c) const;

  LineAligned<uint16_t> packed_;
};

// What a convolution writes; null = nothing.
struct Bf16Results {
  float* sums;     // [rows, out]: added + products; normed where there is no norm
  uint16_t* norm;  // [rows, out]: max(0, that * scale + shift), in bfloat16
};

// The sum over the pairs of row i of weight[:, offset] . source[from], begun with `finish.added`.
// Results share no memory with what they are made of. The source has floats, or halves for a weight
// of one plane. This and what follows needs bf16_kernels().
void bf16_pair_product(const Bf16Source& source, const RowPairs& listed, const Bf16Weight& weight,
                       const Finish& finish, const Bf16Results& results, int threads);

// result = max(0, rows * scale + shift) in bfloat16; [count, width] each.
void bf16_norm_relu(const float* rows, int64_t count, int width, const float* scale,
                    const float* shift, uint16_t* result, int threads);

// Null where this machine has none.
const Bf16Kernels* bf16_kernels();

}  // namespace detailbase
