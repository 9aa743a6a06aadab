// Tiles of output rows as in sparse_conv.cpp, whose sums stay in a thread's scratch memory until
// they are finished.

#include "bf16_conv.h"

#include <algorithm>
#include <cstring>

namespace detailbase {
namespace {

constexpr int64_t kBlock = 512;  // rows that a thread norms at a time

int64_t padded(int64_t width, int64_t step) { return (width + step - 1) / step * step; }

// Floats that begin on a cache line.
class Scratch {
 public:
  explicit Scratch(int64_t floats) : memory_(static_cast<size_t>(floats + kLine)) {}

  float* begin() {
    const auto address = reinterpret_cast<uintptr_t>(memory_.data()) / sizeof(float);
    return memory_.data() + (kLine - address % kLine) % kLine;
  }

 private:
  static constexpr int64_t kLine = 16;
  std::vector<float> memory_;
};

// A thread's instruction set, from here to the end of the scope.
class Entered {
 public:
  explicit Entered(const Bf16Kernels& kernels) : kernels_(kernels) { kernels_.enter(before_); }
  ~Entered() { kernels_.leave(before_); }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  const Bf16Kernels& kernels_;
  alignas(64) unsigned char before_[64];
};

// Rows of `width` floats into rows of another; what is wider there becomes zero.
void copy_rows(const float* from, int64_t count, int width, int to_width, float* to) {
  if (width == to_width) {
    std::memcpy(to, from, sizeof(float) * width * count);
    return;
  }
  for (int64_t r = 0; r < count; ++r, from += width, to += to_width) {
    std::memcpy(to, from, sizeof(float) * std::min(width, to_width));
    std::fill(to + std::min(width, to_width), to + to_width, 0.0f);
  }
}

}  // namespace

Bf16Weight::Bf16Weight(const uint16_t* weight, int out, int columns, int in)
    : out(out),
      columns(columns),
      in(in),
      padded_out(static_cast<int>(padded(out, kBf16Out))),
      step(padded(in, kBf16In) * padded_out),
      packed(static_cast<size_t>(columns * step)) {
  for (int o = 0; o < out; ++o)
    for (int k = 0; k < columns; ++k)
      for (int c = 0; c < in; ++c)
        packed[k * step + (static_cast<int64_t>(c / 2) * padded_out + o) * 2 + c % 2] = *weight++;
}

void bf16_pair_product(const uint16_t* source, const RowPairs& listed, const Bf16Weight& weight,
                       const Finish& finish, const Bf16Results& results, int threads) {
  const Bf16Kernels& kernels = *bf16_kernels();
  const int out = weight.out, padded_out = weight.padded_out;
  const auto tiles = static_cast<int64_t>(listed.tiles.size());
#pragma omp parallel num_threads(threads)
  {
    const int64_t sum_floats = static_cast<int64_t>(kTileRows) * padded_out;
    Scratch scratch(sum_floats + kernels.scratch_floats(weight.in, padded_out));
    const Entered entered(kernels);
#pragma omp for schedule(dynamic)
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const int64_t begin = tile * kTileRows;
      const int64_t count = std::min<int64_t>(kTileRows, listed.rows - begin);
      float* sums = scratch.begin();
      if (finish.added != nullptr)
        copy_rows(finish.added + begin * out, count, out, padded_out, sums);
      else
        std::fill(sums, sums + count * padded_out, 0.0f);
      const TilePairs& pairs = listed.tiles[tile];
      for (int k = 0, first = 0; k < weight.columns; first = pairs.ends[k++])
        kernels.add_products(pairs.pairs.data() + first, pairs.ends[k] - first, source, weight.in,
                             weight.packed.data() + k * weight.step, padded_out, sums,
                             sums + sum_floats);
      if (results.sums != nullptr)
        copy_rows(sums, count, padded_out, out, results.sums + begin * out);
      if (results.norm != nullptr)
        kernels.norm_relu(sums, padded_out, count, out, finish.scale, finish.shift,
                          results.norm + begin * out);
    }
  }
}

void bf16_norm_relu(const float* rows, int64_t count, int width, const float* scale,
                    const float* shift, uint16_t* result, int threads) {
  const Bf16Kernels& kernels = *bf16_kernels();
  const int64_t blocks = (count + kBlock - 1) / kBlock;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t begin = block * kBlock;
    kernels.norm_relu(rows + begin * width, width, std::min(kBlock, count - begin), width, scale,
                      shift, result + begin * width);
  }
}

const Bf16Kernels* bf16_kernels() {
  static const Bf16Kernels* const kernels = amx_kernels();
  return kernels;
}

}  // namespace detailbase
