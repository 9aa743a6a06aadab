// What a pinhole camera sees of surfels (small oriented disks): a z-buffer with exact depths.
#pragma once

#include <cstdint>

#include "vec3.h"

namespace detailbase {

// Image of width x height pixels; the principal point is its middle, z looks forward.
struct ImagePlane {
  int32_t width, height;
  double focal;      // pixels
  double near, far;  // metres, along z
};

// Disks in the frame of the scene.
struct Surfels {
  const Vec3 *points, *normals;  // metres; unit
  const float* radius;           // metres
  int64_t count;
};

// depth (height, width): z of the nearest disk along each pixel's ray, untouched where there is
// none; index: its row. Before the call they hold what is behind (infinity and -1, say). Disks are
// seen from both sides. Where several lie within 4 mm of each other, the one whose middle is
// nearest to the ray wins, so that overlapping disks of one surface share it evenly.
// scene_to_camera: 3 x 4, row by row.
void render_surfels(const Surfels& surfels, const double* scene_to_camera, const ImagePlane& image,
                    float* depth, int32_t* index);

}  // namespace detailbase
