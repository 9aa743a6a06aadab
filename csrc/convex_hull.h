// Corners of flat point sets.
#pragma once

#include <cstdint>
#include <vector>

namespace detailbase {

struct Vec2 {
  double x, y;
};

// Corners of the convex hull, counterclockwise from the lowest x (of these the lowest y), without
// points on its edges. Points on one line give its two ends, equal points one. All are finite.
std::vector<Vec2> convex_hull(const double* x, const double* y, int64_t count);

}  // namespace detailbase
