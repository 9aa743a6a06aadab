// One scan, what of it is wanted, and where its points fall in the map.
#pragma once

#include <cstdint>

#include "vec3.h"

namespace detailbase {

struct Scan {
  const Vec3* xyz;  // metres, sensor frame; NaN and infinite rows are dropped
  const uint8_t* rgb;
  int64_t count;
  int32_t height, width;  // of an organised scan, else 0
  int64_t stamp_ns;
  const double* sensor_to_map;  // 4 x 4, row-major, rigid
};

struct InsertOptions {
  double min_range, max_range;         // metres from the sensor
  const double *crop_low, *crop_high;  // x y z of a box in the map's frame, metres
  bool carve;
  int64_t max_voxels;
};

// A few consecutive points of a scan, in the map.
struct PlacedPoints {
  static constexpr int64_t kMost = 256;
  static constexpr uint64_t kDropped = ~uint64_t{0};

  uint64_t key[kMost];                 // of the voxel; kDropped where the point is not wanted
  float x[kMost], y[kMost], z[kMost];  // from the voxel's centre, metres

  Vec3 offset(int64_t i) const { return {x[i], y[i], z[i]}; }
};

// Places up to kMost points from `begin` on. False, and nothing worth reading, if a wanted one lies
// beyond kVoxelLimit voxels.
bool place_points(const Scan& scan, int64_t begin, int64_t count, const InsertOptions& options,
                  double voxel_size, PlacedPoints& out);

}  // namespace detailbase
