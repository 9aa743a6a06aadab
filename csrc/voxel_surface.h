// A cloud as voxels with their neighbours and local surface planes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vec3.h"
#include "voxel_key.h"

namespace detailbase {

// Another occupied voxel and where it lies, in voxels.
struct Neighbour {
  int32_t voxel;
  int8_t dx, dy, dz;

  Vec3 step() const {
    return {static_cast<float>(dx), static_cast<float>(dy), static_cast<float>(dz)};
  }
  // Whether it is one of the 26 that share a corner; if so, the relation is mutual.
  bool touches() const { return dx * dx < 2 && dy * dy < 2 && dz * dz < 2; }
};

// Neighbours of a few thousand voxels: those of the i-th are [first[i], first[i + 1]) of `all`.
struct NeighbourLists {
  std::vector<int32_t> first;
  std::vector<Neighbour> all;
};

// Occupied voxels in ascending key order. Lengths are in voxel edges, colours in [0, 1].
struct VoxelCloud {
  static constexpr int32_t kListVoxels = 4096;

  struct NeighbourRange {
    const Neighbour *first, *last;
    const Neighbour* begin() const { return first; }
    const Neighbour* end() const { return last; }
  };

  std::vector<uint64_t> keys;
  std::vector<Vec3> offset;             // mean of its points relative to the voxel's centre
  std::vector<Vec3> color;              // mean of its points
  std::vector<int32_t> voxel_of_point;  // per input point
  std::vector<NeighbourLists> lists;    // of kListVoxels voxels each

  int32_t size() const { return static_cast<int32_t>(keys.size()); }

  // The occupied ones of the 26 around; of the 124 around where those are under four, since
  // far surfaces are sampled more thinly than the grid.
  NeighbourRange neighbours(int32_t v) const {
    const NeighbourLists& list = lists[static_cast<size_t>(v) / kListVoxels];
    const int32_t* first = &list.first[static_cast<size_t>(v) % kListVoxels];
    return {list.all.data() + first[0], list.all.data() + first[1]};
  }
};

// Local plane of a voxel: its point nearest in the mean sense, relative to the voxel's
// centre, and its unit normal, whose sign means nothing. roughness is the smallest eigenvalue
// of the neighbourhood's covariance: the mean squared distance from the plane, voxels^2.
struct Plane {
  Vec3 centre, normal;
  float roughness;
};

// xyz: finite, within kVoxelLimit voxels of the origin on each axis.
VoxelCloud voxelize_cloud(const Vec3* xyz, const uint8_t* rgb, int64_t count, double voxel_size);

// Plane through the surroundings of each voxel: moments are summed over neighbours
// `rings` times, so that the surroundings follow the surface and never jump over a gap.
std::vector<Plane> fit_planes(const VoxelCloud& cloud, int rings);

// Lets each voxel take over the smoothest plane, among those of its neighbours, that passes
// within `tolerance` voxels of it. Planes fitted across a crease give way to those on either
// side of it, so that creases stay sharp (the idea of Kuwahara's filter).
void sharpen_planes(const VoxelCloud& cloud, float tolerance, int rounds,
                    std::vector<Plane>& planes);

}  // namespace detailbase
