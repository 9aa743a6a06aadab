// A cloud as voxels with their neighbours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "buffer.h"
#include "vec3.h"
#include "voxel_key.h"

namespace detailbase {

// The 125 places of a cube around a voxel, by dx, dy, dz; the voxel itself is the one in the
// middle.
struct Ways {
  Vec3 step[125];     // voxels
  bool touches[125];  // whether it is one of the 26 that share a corner

  static constexpr int32_t to(int dx, int dy, int dz) {
    return 25 * (dx + 2) + 5 * (dy + 2) + dz + 2;
  }
  constexpr Ways() : step{}, touches{} {
    for (int i = 0; i < 125; ++i) {
      const int dx = i / 25 - 2, dy = i / 5 % 5 - 2, dz = i % 5 - 2;
      step[i] = {static_cast<float>(dx), static_cast<float>(dy), static_cast<float>(dz)};
      touches[i] = dx * dx < 2 && dy * dy < 2 && dz * dz < 2;
    }
  }
};
inline constexpr Ways kWays;

// Another occupied voxel and the way to it.
struct Neighbour {
  int32_t voxel, way;

  const Vec3& step() const { return kWays.step[way]; }
  // If so, the relation is mutual.
  bool touches() const { return kWays.touches[way]; }
};

// Neighbours of a thousand voxels: those of the i-th are [first[i], first[i + 1]) of `all`.
struct NeighbourLists {
  Buffer<int32_t> first;
  Buffer<Neighbour> all;
};

// Occupied voxels in ascending key order. Lengths are in voxel edges, colours in [0, 1].
struct VoxelCloud {
  static constexpr int32_t kListVoxels = 1024;

  struct NeighbourRange {
    const Neighbour *first, *last;
    const Neighbour* begin() const { return first; }
    const Neighbour* end() const { return last; }
  };

  Buffer<uint64_t> keys;
  Buffer<Vec3> offset;                // mean of its points relative to the voxel's centre
  Buffer<Vec3> color;                 // mean of its points
  Buffer<int32_t> voxel_of_point;     // per input point
  Buffer<int32_t> first_point;        // the first one in each voxel
  std::vector<NeighbourLists> lists;  // of kListVoxels voxels each

  int32_t size() const { return static_cast<int32_t>(keys.size()); }

  // The occupied ones of the 26 around; of the 124 around where those are under four, since
  // far surfaces are sampled more thinly than the grid.
  NeighbourRange neighbours(int32_t v) const {
    const NeighbourLists& list = lists[static_cast<size_t>(v) / kListVoxels];
    const int32_t* first = &list.first[static_cast<size_t>(v) % kListVoxels];
    return {list.all.data() + first[0], list.all.data() + first[1]};
  }
};

// xyz: finite, within kVoxelLimit voxels of the origin on each axis.
VoxelCloud voxelize_cloud(const Vec3* xyz, const uint8_t* rgb, int64_t count, double voxel_size);

}  // namespace detailbase
