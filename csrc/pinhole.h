// The pinhole camera behind an organised cloud, found from the cloud itself.
#pragma once

#include <cstdint>

#include "vec3.h"

namespace detailbase {

// column = fx * x / z + cx, row = fy * y / z + cy, in pixels, for z > 0.
struct Pinhole {
  double fx, cx, fy, cy;
  bool good;  // whether the cloud really is such an image
};

// Least squares of x / z on the column and of y / z on the row. Not good when fewer than 100
// pixels measured something, or they miss their fitted place by over a pixel (root mean
// square): a lidar, a distorted or cropped-and-shuffled image, a frame whose z looks not
// forward.
Pinhole fit_pinhole(const Vec3* xyz, int32_t height, int32_t width);

}  // namespace detailbase
