// A cloud as voxels with their neighbours and local surface planes.
#pragma once

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

// Occupied voxels in ascending key order. Lengths are in voxel edges, colours in [0, 1].
struct VoxelCloud {
  std::vector<uint64_t> keys;
  std::vector<Vec3> offset;              // mean of its points relative to the voxel's centre
  std::vector<Vec3> color;               // mean of its points
  std::vector<int32_t> points;           // number of its points
  std::vector<int32_t> voxel_of_point;   // per input point
  std::vector<int64_t> first_neighbour;  // voxel v's are [first[v], first[v + 1])
  // The occupied ones of the 26 around; of the 124 around where those are under four, since
  // far surfaces are sampled more thinly than the grid.
  std::vector<Neighbour> neighbours;

  int32_t size() const { return static_cast<int32_t>(keys.size()); }
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
