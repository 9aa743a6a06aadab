// The inner loops of sparse convolution on matrix units for bfloat16. Numbers are held as their 16
// bits; sums are float32.
//
// A float32 is the sum of three bfloat16, its planes. Of the nine products of two such sums the six
// that matter (the others are below 2^-24 of the whole) make a product as exact as float32's own.
// An infinity becomes NaN.

#pragma once

#include <cstdint>

#include "sparse_kernels.h"

namespace detailbase {

constexpr int kTileWidth =
    32;  // channels that a tile multiplies at once; and a pair of tiles' sums
constexpr int kBlockRows = 32;  // pairs at a time
constexpr int kFloatPlanes = 3;

// Rows of `width` numbers; floats or halves is null.
struct Bf16Source {
  const float* floats;
  const uint16_t* halves;
  int width;
};

// kBlockRows pairs of an offset; `from` counts in local rows. Those that fill a block up have `to`
// behind the sums' last row, and are all of the second half unless `both`.
struct PairBlock {
  const Pair* pairs;
  int32_t column;
  bool both;
};

// Packed: [columns][out_tiles][in_tiles][planes][2][kTileWidth / 2][16][2], zeros in the padding.
struct Bf16View {
  const uint16_t* packed;
  int in_tiles, out_tiles, planes;
};

struct Bf16Kernels {
  const char* name;

  // A thread calls these around its products; `before` is 64 bytes of its own.
  void (*enter)(void* before);
  void (*leave)(const void* before);

  // Local row i becomes the source's row rows[i], [in_tiles][planes][kTileWidth], zeros in the
  // padding; of 1 plane, or of kFloatPlanes where the source has floats.
  void (*take_rows)(const Bf16Source& source, const int32_t* rows, int count, int planes,
                    uint16_t* local);

  // Numbers (of 16 bits) of scratch memory for add_products, 64-byte aligned as all its memory.
  int64_t (*scratch)(const Bf16View& weight);

  // sums[to] += weight[:, column] . local[from], block by block in order. sums: rows of
  // out_tiles * kTileWidth floats.
  void (*add_products)(const PairBlock* blocks, int count, const uint16_t* local,
                       const Bf16View& weight, float* sums, uint16_t* scratch);

  // result = max(0, rows * scale + shift), rounded to the nearest; rows lie row_stride floats
  // apart, those of the result `width` numbers. NaN stays.
  void (*norm_relu)(const float* rows, int row_stride, int64_t count, int width, const float* scale,
                    const float* shift, uint16_t* result);
};

// Null where the compiler or the machine cannot run them.
const Bf16Kernels* amx_kernels();

}  // namespace detailbase
