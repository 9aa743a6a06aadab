// Tiles of output rows as in sparse_conv.cpp, whose sums stay in a thread's scratch memory until
// they are finished.

#include "bf16_conv.h"

#include <algorithm>
#include <cstring>

#include "norm_relu.h"

namespace detailbase {
namespace {

constexpr int64_t kBlock = 512;  // rows that a thread norms at a time

int tiles_of(int width) { return (width + kTileWidth - 1) / kTileWidth; }

// As the processor rounds: to the nearest, of two to the even one. NaN stays one.
uint16_t rounded(float number) {
  uint32_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  if (number != number) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

float widened(uint16_t half) {
  const uint32_t bits = uint32_t{half} << 16;
  float number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

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

// The blocks of a tile's pairs; those that are not full are filled up in `filled`, which has room
// for one per offset.
void list_blocks(const TilePairs& tile, std::vector<Pair>& filled, std::vector<PairBlock>& blocks) {
  blocks.clear();
  Pair* spare = filled.data();
  int first = 0;
  for (size_t k = 0; k < tile.ends.size(); first = tile.ends[k++]) {
    const Pair *pair = tile.pairs.data() + first, *end = tile.pairs.data() + tile.ends[k];
    for (; end - pair >= kBlockRows; pair += kBlockRows)
      blocks.push_back({pair, static_cast<int32_t>(k), true});
    if (pair == end) continue;
    std::fill(std::copy(pair, end, spare), spare + kBlockRows, Pair{kTileRows, 0});
    blocks.push_back({spare, static_cast<int32_t>(k), end - pair > kBlockRows / 2});
    spare += kBlockRows;
  }
}

}  // namespace

Bf16Weight::Bf16Weight(int out, int columns, int in, int planes)
    : out(out),
      columns(columns),
      in(in),
      planes(planes),
      in_tiles(tiles_of(in)),
      out_tiles(tiles_of(out)),
      packed_(int64_t{columns} * out_tiles * in_tiles * planes * kTileWidth * kTileWidth) {}

int64_t Bf16Weight::place(int plane, int o, int k, int c) const {
  const int64_t tile = (int64_t{k} * out_tiles + o / kTileWidth) * in_tiles + c / kTileWidth;
  const int half = o % kTileWidth / 16, row = c % kTileWidth / 2;
  return (((tile * planes + plane) * 2 + half) * 16 + row) * kTileWidth + o % 16 * 2 + c % 2;
}

Bf16Weight::Bf16Weight(const uint16_t* weight, int out, int columns, int in)
    : Bf16Weight(out, columns, in, 1) {
  for (int o = 0; o < out; ++o)
    for (int k = 0; k < columns; ++k)
      for (int c = 0; c < in; ++c) packed_.begin()[place(0, o, k, c)] = *weight++;
}

Bf16Weight::Bf16Weight(const WeightView& w) : Bf16Weight(w.out, w.columns, w.in, kFloatPlanes) {
  for (int o = 0; o < out; ++o)
    for (int k = 0; k < columns; ++k) {
      const float* from = w.data + o * w.out_stride + k * w.column_stride;
      for (int c = 0; c < in; ++c) {
        float number = from[c * w.in_stride];
        for (int plane = 0; plane < planes; ++plane) {
          const uint16_t half = rounded(number);
          packed_.begin()[place(plane, o, k, c)] = half;
          number -= widened(half);
        }
      }
    }
}

void bf16_pair_product(const Bf16Source& source, const RowPairs& listed, const Bf16Weight& weight,
                       const Finish& finish, const Bf16Results& results, int threads) {
  const Bf16Kernels& kernels = *bf16_kernels();
  const Bf16View view = weight.view();
  const int out = weight.out, padded_out = weight.out_tiles * kTileWidth;
  const int64_t local_row = int64_t{weight.in_tiles} * weight.planes * kTileWidth;
  const auto tiles = static_cast<int64_t>(listed.tiles.size());
#pragma omp parallel num_threads(threads)
  {
    LineAligned<float> sum_memory((kTileRows + 1) * int64_t{padded_out});
    LineAligned<uint16_t> local(listed.most_sources * local_row), scratch(kernels.scratch(view));
    std::vector<Pair> filled(static_cast<size_t>(listed.columns) * kBlockRows);
    std::vector<PairBlock> blocks;
    float* sums = sum_memory.begin();
    const Entered entered(kernels);
#pragma omp for schedule(dynamic)
    for (int64_t index = 0; index < tiles; ++index) {
      const TilePairs& tile = listed.tiles[index];
      const int64_t begin = index * kTileRows;
      const int64_t count = std::min<int64_t>(kTileRows, listed.rows - begin);
      if (finish.added != nullptr)
        copy_rows(finish.added + begin * out, count, out, padded_out, sums);
      else
        std::fill(sums, sums + count * padded_out, 0.0f);
      list_blocks(tile, filled, blocks);
      kernels.take_rows(source, tile.sources.data(), static_cast<int>(tile.sources.size()),
                        weight.planes, local.begin());
      kernels.add_products(blocks.data(), static_cast<int>(blocks.size()), local.begin(), view,
                           sums, scratch.begin());
      if (results.norm != nullptr)
        kernels.norm_relu(sums, padded_out, count, out, finish.scale, finish.shift,
                          results.norm + begin * out);
      if (results.sums == nullptr) continue;
      float* to = results.sums + begin * out;
      copy_rows(sums, count, padded_out, out, to);
      if (finish.scale != nullptr && results.norm == nullptr)
        norm_relu_rows(to, count, out, finish.scale, finish.shift, to);
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
