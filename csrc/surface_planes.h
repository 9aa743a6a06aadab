// Local planes of a cloud's voxels.
#pragma once

#include <cstdint>

#include "buffer.h"
#include "vec3.h"
#include "voxel_surface.h"

namespace detailbase {

// Local plane of a voxel: its point nearest in the mean sense, relative to the voxel's
// centre, and its unit normal, whose sign means nothing.
struct Plane {
  Vec3 centre, normal;
};

// Of all voxels. Roughness is the smallest eigenvalue of the neighbourhood's covariance: the mean
// squared distance from the plane, voxels^2. It lies apart, since most is decided by it alone.
struct Planes {
  Buffer<Plane> at;
  Buffer<float> roughness;
};

// Plane through the surroundings of each voxel: moments are summed over neighbours twice, so that
// the surroundings follow the surface and never jump over a gap. Two voxels around are enough to
// average sensor noise away, and little enough to leave a chair's leg its own planes.
Planes fit_planes(const VoxelCloud& cloud);

// The smoothest plane, among voxel v's own and those of its neighbours that pass within `tolerance`
// voxels of it. Planes fitted across a crease give way to those on either side of it, so that
// creases stay sharp (the idea of Kuwahara's filter).
Plane sharpened_plane(const VoxelCloud& cloud, const Planes& planes, float tolerance, int32_t v);

}  // namespace detailbase
