#include "voxel_cells.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "vectorized.h"

namespace detailbase {
namespace {

constexpr int kAxisBits = 16;
constexpr double kMost = (1 << kAxisBits) - 1;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kInfinityF = std::numeric_limits<float>::infinity();
constexpr int64_t kBlock = 4096;  // points that a thread takes at a time

// Bits 0, 1, 2 ... of a number of 16 bits go to bits 0, 3, 6 ...
uint64_t spread(uint64_t bits) {
  bits = (bits | bits << 32) & 0x001F00000000FFFF;
  bits = (bits | bits << 16) & 0x001F0000FF0000FF;
  bits = (bits | bits << 8) & 0x100F00F00F00F00F;
  bits = (bits | bits << 4) & 0x10C30C30C30C30C3;
  return (bits | bits << 2) & 0x1249249249249249;
}

// The other way round.
uint64_t gather(uint64_t bits) {
  bits &= 0x1249249249249249;
  bits = (bits | bits >> 2) & 0x10C30C30C30C30C3;
  bits = (bits | bits >> 4) & 0x100F00F00F00F00F;
  bits = (bits | bits >> 8) & 0x001F0000FF0000FF;
  bits = (bits | bits >> 16) & 0x001F00000000FFFF;
  return (bits | bits >> 32) & 0xFFFF;
}

// A number of 16 bits whatever the cell is, so that no conversion is undefined.
uint64_t bounded(double cell) {
  return cell >= 0 && cell <= kMost ? static_cast<uint64_t>(cell) : 0;
}

// What is seen of some of the points; one that is not finite is remembered.
struct Seen {
  double high[3] = {-kInfinity, -kInfinity, -kInfinity}, low = kInfinity;
  float near[3] = {kInfinityF, kInfinityF, kInfinityF},
        far[3] = {-kInfinityF, -kInfinityF, -kInfinityF};
  bool finite = true;

  void join(const Seen& other) {
    for (int axis = 0; axis < 3; ++axis) {
      high[axis] = std::max(high[axis], other.high[axis]);
      near[axis] = std::min(near[axis], other.near[axis]);
      far[axis] = std::max(far[axis], other.far[axis]);
    }
    low = std::min(low, other.low);
    finite &= other.finite;
  }
};

// AVX2 has a floor; without it each is a call.
DETAILBASE_VECTORIZED
void keys_of(const Vec3* xyz, const int64_t* scene, int64_t count, double voxel_size,
             const double* corners, int64_t* keys, Seen* seen) {
  for (int64_t i = 0; i < count; ++i) {
    const float at[3] = {xyz[i].x, xyz[i].y, xyz[i].z};
    double cell[3];
    for (int axis = 0; axis < 3; ++axis) {
      cell[axis] = std::floor(at[axis] / voxel_size) - corners[3 * scene[i] + axis];
      seen->high[axis] = std::max(seen->high[axis], cell[axis]);
      seen->low = std::min(seen->low, cell[axis]);
      seen->near[axis] = std::min(seen->near[axis], at[axis]);
      seen->far[axis] = std::max(seen->far[axis], at[axis]);
      seen->finite &= std::isfinite(cell[axis]);
    }
    keys[i] = static_cast<int64_t>(static_cast<uint64_t>(scene[i]) << (3 * kAxisBits) |
                                   spread(bounded(cell[0])) << 2 | spread(bounded(cell[1])) << 1 |
                                   spread(bounded(cell[2])));
  }
}

}  // namespace

CellFacts cell_keys(const Vec3* xyz, const int64_t* scene, int64_t count, double voxel_size,
                    const double* corners, int64_t* keys, int threads) {
  const int64_t blocks = (count + kBlock - 1) / kBlock;
  Seen seen;
#pragma omp parallel num_threads(threads)
  {
    Seen own;
#pragma omp for schedule(static)
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t begin = block * kBlock;
      keys_of(xyz + begin, scene + begin, std::min(kBlock, count - begin), voxel_size, corners,
              keys + begin, &own);
    }
#pragma omp critical
    seen.join(own);
  }
  double extent = 0;
  for (int axis = 0; axis < 3; ++axis) {
    extent = std::max<double>(extent, seen.far[axis] - seen.near[axis]);
  }
  if (!seen.finite) extent = std::numeric_limits<double>::quiet_NaN();
  return {{seen.high[0], seen.high[1], seen.high[2]}, seen.low, extent};
}

void keys_of_coords(const int32_t* coords, int64_t count, int64_t* keys, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t i = 0; i < count; ++i) {
    uint64_t bits[4];
    for (int axis = 0; axis < 4; ++axis) bits[axis] = static_cast<uint16_t>(coords[4 * i + axis]);
    keys[i] = static_cast<int64_t>(bits[0] << (3 * kAxisBits) | spread(bits[1]) << 2 |
                                   spread(bits[2]) << 1 | spread(bits[3]));
  }
}

void coords_of_keys(const int64_t* keys, int64_t count, int32_t* coords, int threads) {
  constexpr uint64_t kCell = (uint64_t{1} << (3 * kAxisBits)) - 1;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t cell = static_cast<uint64_t>(keys[i]) & kCell;
    coords[4 * i] = static_cast<int32_t>(keys[i] >> (3 * kAxisBits));
    for (int axis = 0; axis < 3; ++axis)
      coords[4 * i + 1 + axis] = static_cast<int32_t>(gather(cell >> (2 - axis)));
  }
}

}  // namespace detailbase
