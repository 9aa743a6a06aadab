// The upright boxes of least ground area around groups of points.
#pragma once

#include <cstdint>
#include <vector>

#include "vec3.h"

namespace detailbase {

// Metres, radians. The yaw is from x to the longer horizontal side, in [-pi/2, pi/2).
struct UprightBox {
  double centroid[3];  // mean of the points
  double center[3], size[3], yaw;
};

// Box of the points xyz[indices[i]], count >= 1 of them. A rectangle of least area has
// a side along an edge of the convex hull (Freeman and Shapira, "Determining the Minimum-Area
// Encasing Rectangle for an Arbitrary Closed Curve", CACM 1975), so all hull edges are tried.
// Points on a line, or one point, give sides of zero. Throws std::invalid_argument where one is not
// finite.
UprightBox upright_box(const Vec3* xyz, const int64_t* indices, int64_t count);

}  // namespace detailbase
