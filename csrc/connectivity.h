// Connected components of points under a distance.
#pragma once

#include <cstdint>
#include <vector>

#include "vec3.h"

namespace detailbase {

// Two points at most `distance` apart, or linked by a chain of such points, get the same
// label (single linkage, exact). Dense ids by first appearance. Points lie within a cube of
// kVoxelLimit * distance around their first one.
std::vector<int64_t> connected_components(const Vec3* xyz, int64_t count, double distance);

// Places nearer to each other than the larger of their reaches are linked: labels of the connected
// groups, dense by first appearance. places, reach: (count), finite, one unit.
std::vector<int64_t> linked_places(const Vec3* places, const float* reach, int64_t count);

}  // namespace detailbase
