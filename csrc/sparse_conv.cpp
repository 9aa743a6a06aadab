// Tiles of output rows; per tile and offset the listed (output row, source row) pairs run through
// register-blocked products.

#include "sparse_conv.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <numeric>

#include "bf16_conv.h"
#include "norm_relu.h"

namespace detailbase {
namespace {

constexpr int kPairBlock = 128;  // pairs whose rows are packed at once for a weight gradient
constexpr int kOutBlock = 64;    // output channels per task of a weight gradient

std::vector<const SparseKernels*> available() {
  std::vector<const SparseKernels*> found;
  for (const SparseKernels* kernels :
       {amx_float_kernels(), avx512_kernels(), avx2_kernels(), portable_kernels()})
    if (kernels != nullptr) found.push_back(kernels);
  return found;
}

std::atomic<const SparseKernels*>& current() {
  static std::atomic<const SparseKernels*> kernels{available().front()};
  return kernels;
}

int padded(int width, int lanes) { return (width + lanes - 1) / lanes * lanes; }

// [out, K, in] -> [K][in][padded out], zeros in the padding.
std::vector<float> packed(const WeightView& w, int padded_out, int threads) {
  std::vector<float> result(static_cast<size_t>(w.columns) * w.in * padded_out, 0.0f);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int k = 0; k < w.columns; ++k) {
    float* to = result.data() + static_cast<size_t>(k) * w.in * padded_out;
    const float* from = w.data + k * w.column_stride;
    for (int c = 0; c < w.in; ++c)
      for (int o = 0; o < w.out; ++o)
        to[static_cast<size_t>(c) * padded_out + o] = from[o * w.out_stride + c * w.in_stride];
  }
  return result;
}

// Collects the pairs of one tile by offset.
class TileCollector {
 public:
  explicit TileCollector(int columns)
      : pairs_(static_cast<size_t>(columns) * (kTileRows + 1)), counts_(columns) {
    size_t size = 16;
    while (size < 2 * static_cast<size_t>(columns) * kTileRows) size *= 2;
    seen_.assign(size, Seen{-1, 0, 0});
  }

  // Without a branch: a missing source is written and then overwritten.
  void add(int column, int to, int32_t from) {
    pairs_[static_cast<size_t>(column) * (kTileRows + 1) + counts_[column]] = {to, from};
    counts_[column] += from >= 0;
  }

  // The tile with all of them; none are left here.
  TilePairs take(int64_t number) {
    TilePairs tile;
    tile.ends.reserve(counts_.size());
    tile.pairs.reserve(std::accumulate(counts_.begin(), counts_.end(), size_t{0}));
    sources_.clear();
    for (size_t column = 0; column < counts_.size(); ++column) {
      const Pair* pair = &pairs_[column * (kTileRows + 1)];
      for (const Pair* end = pair + counts_[column]; pair < end; ++pair)
        tile.pairs.push_back({pair->to, local(pair->from, number)});
      tile.ends.push_back(static_cast<int32_t>(tile.pairs.size()));
      counts_[column] = 0;
    }
    tile.sources = sources_;
    return tile;
  }

 private:
  struct Seen {
    int32_t tile, source, index;
  };

  // The index of a source in the tile's list. Slots of earlier tiles count as empty.
  int32_t local(int32_t source, int64_t tile) {
    const size_t last = seen_.size() - 1;
    size_t slot = static_cast<uint32_t>(source) & last;  // neighbours lie side by side
    while (seen_[slot].tile == tile && seen_[slot].source != source) slot = (slot + 1) & last;
    Seen& seen = seen_[slot];
    if (seen.tile != tile) {
      seen = {static_cast<int32_t>(tile), source, static_cast<int32_t>(sources_.size())};
      sources_.push_back(source);
    }
    return seen.index;
  }

  std::vector<Pair> pairs_;
  std::vector<int> counts_;
  std::vector<Seen> seen_;  // open addressing, at most half full
  std::vector<int32_t> sources_;
};

// `add_rows(begin, count, collector)` adds the pairs of rows [begin, begin + count).
template <class AddRows>
RowPairs list_tiles(int64_t rows, int columns, int threads, const AddRows& add_rows) {
  RowPairs listed{rows, columns, -1, 0, std::vector<TilePairs>((rows + kTileRows - 1) / kTileRows)};
  const auto tiles = static_cast<int64_t>(listed.tiles.size());
#pragma omp parallel num_threads(threads)
  {
    TileCollector collector(columns);
#pragma omp for schedule(static)
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const int64_t begin = tile * kTileRows;
      add_rows(begin, static_cast<int>(std::min<int64_t>(kTileRows, rows - begin)), collector);
      listed.tiles[tile] = collector.take(tile);
    }
  }
  for (const TilePairs& tile : listed.tiles) {
    listed.most_sources = std::max(listed.most_sources, static_cast<int64_t>(tile.sources.size()));
    for (const int32_t source : tile.sources)
      listed.last_source = std::max(listed.last_source, source);
  }
  return listed;
}

// A tile's pairs with rows of the source in place of indices.
void name_sources(const TilePairs& tile, std::vector<Pair>& pairs) {
  pairs.resize(tile.pairs.size());
  std::transform(tile.pairs.begin(), tile.pairs.end(), pairs.begin(),
                 [&](const Pair& pair) { return Pair{pair.to, tile.sources[pair.from]}; });
}

// The first floats of rows of one width into rows of another; further ones there stay.
void copy_rows(const float* from, int64_t count, int from_width, int to_width, float* to) {
  const size_t bytes = sizeof(float) * std::min(from_width, to_width);
  if (from_width == to_width) {
    std::memcpy(to, from, bytes * count);
    return;
  }
  for (int64_t r = 0; r < count; ++r) std::memcpy(to + r * to_width, from + r * from_width, bytes);
}

// Rows of `width` floats, taken by index, into rows of `padded_width` (the rest is left alone).
void pack_rows(const float* source, const Pair* pairs, int32_t Pair::* index, int count, int offset,
               int width, int stride, int padded_width, float* to) {
  for (int p = 0; p < count; ++p)
    std::memcpy(to + static_cast<size_t>(p) * padded_width,
                source + static_cast<int64_t>(pairs[p].*index) * stride + offset,
                sizeof(float) * width);
}

}  // namespace

RowPairs list_pairs(const int32_t* table, int64_t rows, int columns, int threads) {
  return list_tiles(rows, columns, threads,
                    [=](int64_t begin, int count, TileCollector& collector) {
                      const int32_t* row = table + begin * columns;
                      for (int r = 0; r < count; ++r, row += columns)
                        for (int k = 0; k < columns; ++k) collector.add(k, r, row[k]);
                    });
}

RowPairs list_pairs_of_slots(const int32_t* parent, const int32_t* slot, int64_t rows, int columns,
                             int threads) {
  return list_tiles(rows, columns, threads,
                    [=](int64_t begin, int count, TileCollector& collector) {
                      for (int r = 0; r < count; ++r)
                        collector.add(slot[begin + r], r, parent[begin + r]);
                    });
}

void pair_product(const float* source, const RowPairs& listed, const WeightView& weight,
                  const Finish& finish, float* result, int threads) {
  const SparseKernels& kernels = kernels_in_use();
  const int padded_out = padded(weight.out, kernels.lanes);
  const std::vector<float> weights = packed(weight, padded_out, threads);
  const size_t step = static_cast<size_t>(weight.in) * padded_out;
  const auto tiles = static_cast<int64_t>(listed.tiles.size());
#pragma omp parallel num_threads(threads)
  {
    std::vector<Pair> pairs;
    std::vector<float> padded_sums;
    if (padded_out > weight.out) padded_sums.resize(static_cast<size_t>(kTileRows) * padded_out);
#pragma omp for schedule(dynamic)
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const int64_t begin = tile * kTileRows;
      const int64_t count = std::min<int64_t>(kTileRows, listed.rows - begin);
      float* to = result + begin * weight.out;
      float* sums = padded_sums.empty() ? to : padded_sums.data();
      std::fill(sums, sums + count * padded_out, 0.0f);
      if (finish.added != nullptr)
        copy_rows(finish.added + begin * weight.out, count, weight.out, padded_out, sums);
      const std::vector<int32_t>& ends = listed.tiles[tile].ends;
      name_sources(listed.tiles[tile], pairs);
      for (int k = 0, first = 0; k < weight.columns; first = ends[k++])
        kernels.add_products(pairs.data() + first, ends[k] - first, source, weight.in,
                             weights.data() + k * step, padded_out, sums);
      if (sums != to) copy_rows(sums, count, padded_out, weight.out, to);
      if (finish.scale != nullptr)
        norm_relu_rows(to, count, weight.out, finish.scale, finish.shift, to);
    }
  }
}

void gather_outer(const float* left, int out, const float* source, int in, const int32_t* table,
                  int64_t rows, int columns, float* result, int threads) {
  const SparseKernels& kernels = kernels_in_use();
  const int padded_in = padded(in, kernels.lanes);
  const int blocks = (out + kOutBlock - 1) / kOutBlock;
#pragma omp parallel num_threads(threads)
  {
    std::vector<Pair> pairs(kPairBlock + 1);
    std::vector<float> left_rows(static_cast<size_t>(kPairBlock) * kOutBlock);
    std::vector<float> source_rows(static_cast<size_t>(kPairBlock) * padded_in, 0.0f);
    std::vector<float> total(static_cast<size_t>(kOutBlock) * padded_in);
#pragma omp for schedule(dynamic)
    for (int task = 0; task < columns * blocks; ++task) {
      const int k = task / blocks, o = task % blocks * kOutBlock;
      const int width = std::min(kOutBlock, out - o);
      std::fill(total.begin(), total.end(), 0.0f);
      for (int64_t i = 0; i < rows;) {
        int count = 0;
        for (; i < rows && count < kPairBlock; ++i) {
          const int32_t from = table[i * columns + k];
          pairs[count] = {static_cast<int32_t>(i), from};
          count += from >= 0;
        }
        pack_rows(left, pairs.data(), &Pair::to, count, o, width, out, width, left_rows.data());
        pack_rows(source, pairs.data(), &Pair::from, count, 0, in, in, padded_in,
                  source_rows.data());
        kernels.add_outer(left_rows.data(), width, source_rows.data(), padded_in, count,
                          total.data());
      }
      for (int r = 0; r < width; ++r)
        std::memcpy(result + (static_cast<int64_t>(o + r) * columns + k) * in,
                    &total[static_cast<size_t>(r) * padded_in], sizeof(float) * in);
    }
  }
}

const SparseKernels* amx_float_kernels() {
  if (avx512_kernels() == nullptr || bf16_kernels() == nullptr) return nullptr;
  static const SparseKernels kernels = [] {
    SparseKernels like = *avx512_kernels();
    like.name = "amx";
    return like;
  }();
  return &kernels;
}

const SparseKernels& kernels_in_use() { return *current().load(); }

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const SparseKernels* kernels : available()) names.emplace_back(kernels->name);
  return names;
}

bool use_instruction_set(const std::string& name) {
  for (const SparseKernels* kernels : available()) {
    if (name != kernels->name) continue;
    current().store(kernels);
    return true;
  }
  return false;
}

}  // namespace detailbase
