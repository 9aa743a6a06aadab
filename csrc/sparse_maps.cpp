// Neighbours through bricks of 4^3 voxels. In Morton order a brick's voxels are consecutive, so a
// 64-bit occupancy mask and its first row say where each is: the row is the first plus the number
// of occupied cells before it.

#include "sparse_maps.h"

#include <algorithm>
#include <array>
#include <vector>

namespace detailbase {
namespace {

constexpr int kAxisBits = 16;
constexpr int kCellBits = 6;  // bits of a key inside a brick
constexpr int64_t kZMask = 0x249249249249 >> kCellBits;
constexpr int64_t kBrickMask = (int64_t{1} << (3 * kAxisBits - kCellBits)) - 1;

struct Brick {
  int64_t key;         // of the voxels, without the bits inside the brick
  uint64_t occupancy;  // bit = the last kCellBits of a voxel's key
  int32_t first_row;
};

// In registers: the instruction for it is not on every machine, and the call that stands in for it
// takes longer than this.
int popcount(uint64_t bits) {
  bits -= bits >> 1 & 0x5555555555555555;
  bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
  bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F;
  return static_cast<int>(bits * 0x0101010101010101 >> 56);
}

std::vector<Brick> find_bricks(const int64_t* keys, int64_t count) {
  std::vector<Brick> bricks;
  for (int64_t row = 0; row < count; ++row) {
    const int64_t key = keys[row] >> kCellBits;
    if (bricks.empty() || bricks.back().key != key)
      bricks.push_back({key, 0, static_cast<int32_t>(row)});
    bricks.back().occupancy |= uint64_t{1} << (keys[row] & 63);
  }
  return bricks;
}

// Open addressing, brick key -> index.
class BrickIndex {
 public:
  explicit BrickIndex(const std::vector<Brick>& bricks) : bricks_(bricks) {
    size_t size = 16;
    while (size < 2 * bricks.size()) size *= 2;
    slots_.assign(size, -1);
    for (size_t b = 0; b < bricks.size(); ++b) {
      size_t slot = start(bricks[b].key);
      while (slots_[slot] >= 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = static_cast<int32_t>(b);
    }
  }

  const Brick* find(int64_t key) const {
    for (size_t slot = start(key);; slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot] < 0) return nullptr;
      if (bricks_[slots_[slot]].key == key) return &bricks_[slots_[slot]];
    }
  }

 private:
  size_t start(int64_t key) const {
    const uint64_t mixed = static_cast<uint64_t>(key) * 0x9E3779B97F4A7C15u;
    return static_cast<size_t>(mixed >> 32) & (slots_.size() - 1);
  }

  const std::vector<Brick>& bricks_;
  std::vector<int32_t> slots_;
};

// One axis' bits of the keys before, at and after `key`: borrow and carry skip the other axes.
std::array<int64_t, 3> steps(int64_t key, int64_t mask) {
  const int64_t here = key & mask;
  return {(here - 1) & mask, here, ((here | ~mask) + 1) & mask};
}

// The 27 bricks around one, null = none. Steps off the grid give keys that no brick has, or wrap
// to the far side, where the voxel grid leaves its last cell free.
std::array<const Brick*, 27> surroundings(const BrickIndex& index, int64_t key) {
  const auto x = steps(key, kZMask << 2), y = steps(key, kZMask << 1), z = steps(key, kZMask);
  const int64_t scene = key & ~kBrickMask;
  std::array<const Brick*, 27> bricks;
  for (int i = 0; i < 27; ++i) bricks[i] = index.find(scene | x[i / 9] | y[i / 3 % 3] | z[i % 3]);
  return bricks;
}

// For each of the 64 cells and 27 offsets: which of the 27 bricks, and which cell in it.
struct Step {
  uint8_t brick;
  uint8_t cell;
};
using Steps = std::array<std::array<Step, 27>, 64>;

Steps make_steps() {
  const auto axis = [](int cell, int bit) {
    return (cell >> bit & 1) | (cell >> (bit + 3) & 1) << 1;
  };
  const auto bits = [](int a, int bit) { return (a & 1) << bit | (a >> 1 & 1) << (bit + 3); };
  Steps result;
  for (int cell = 0; cell < 64; ++cell)
    for (int k = 0; k < 27; ++k) {
      const int x = axis(cell, 2) + k / 9 + 3, y = axis(cell, 1) + k / 3 % 3 + 3,
                z = axis(cell, 0) + k % 3 + 3;  // plus 4, so that a brick number is 0, 1 or 2
      const int brick = (x / 4) * 9 + (y / 4) * 3 + z / 4;
      const int inside = bits(x % 4, 2) | bits(y % 4, 1) | bits(z % 4, 0);
      result[cell][k] = {static_cast<uint8_t>(brick), static_cast<uint8_t>(inside)};
    }
  return result;
}

int32_t row_in(const Brick* brick, int cell) {
  if (brick == nullptr || (brick->occupancy >> cell & 1) == 0) return -1;
  return brick->first_row + popcount(brick->occupancy & ((uint64_t{1} << cell) - 1));
}

}  // namespace

void neighbour_table(const int64_t* keys, int64_t count, int32_t* table, int threads) {
  static const Steps kSteps = make_steps();
  const std::vector<Brick> bricks = find_bricks(keys, count);
  const BrickIndex index(bricks);
  const int64_t brick_count = static_cast<int64_t>(bricks.size());
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t b = 0; b < brick_count; ++b) {
    const auto around = surroundings(index, bricks[b].key);
    const int64_t end = b + 1 < brick_count ? bricks[b + 1].first_row : count;
    for (int64_t row = bricks[b].first_row; row < end; ++row) {
      const auto& step = kSteps[keys[row] & 63];
      for (int k = 0; k < 27; ++k)
        table[row * 27 + k] = row_in(around[step[k].brick], step[k].cell);
    }
  }
}

}  // namespace detailbase
