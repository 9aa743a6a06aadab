#include "scan.h"

#include <cmath>

#include "vectorized.h"
#include "voxel_key.h"

namespace detailbase {
namespace {

constexpr int64_t kMost = PlacedPoints::kMost;

// std::floor is a library call on baseline x86-64; this is not. |x| < 2^31.
inline int32_t floor_to_int(double x) {
  const auto truncated = static_cast<int32_t>(x);
  return truncated - (x < truncated);
}

}  // namespace

// Short loops without branches, one quantity each: so that compilers use wide registers.
DETAILBASE_VECTORIZED
bool place_points(const Scan& scan, int64_t begin, int64_t count, const InsertOptions& options,
                  double voxel_size, PlacedPoints& out) {
  const float* xyz = &scan.xyz[begin].x;
  const double* t = scan.sensor_to_map;
  double range[kMost], position[3][kMost];
  for (int64_t i = 0; i < count; ++i) {
    const double x = xyz[3 * i], y = xyz[3 * i + 1], z = xyz[3 * i + 2];
    range[i] = x * x + y * y + z * z;
    for (int k = 0; k < 3; ++k) {
      position[k][i] = t[4 * k] * x + t[4 * k + 1] * y + t[4 * k + 2] * z + t[4 * k + 3];
    }
  }
  const double near = options.min_range * options.min_range;
  const double far = options.max_range * options.max_range;
  int64_t wanted[kMost], inside[kMost];
  for (int64_t i = 0; i < count; ++i) {
    wanted[i] = (range[i] >= near) & (range[i] <= far);  // not NaN
    inside[i] = 1;
  }
  const double per_metre = 1 / voxel_size, limit = kVoxelLimit - 2;
  for (int k = 0; k < 3; ++k) {
    const double low = options.crop_low[k], high = options.crop_high[k];
    for (int64_t i = 0; i < count; ++i) {
      wanted[i] &= (position[k][i] >= low) & (position[k][i] <= high);
      position[k][i] *= per_metre;
      inside[i] &= std::abs(position[k][i]) < limit;
    }
  }
  int64_t beyond = 0;
  for (int64_t i = 0; i < count; ++i) {
    beyond |= wanted[i] & ~inside[i];
    wanted[i] &= inside[i];
    out.key[i] = 0;
  }
  float* const offset[3] = {out.x, out.y, out.z};
  for (int k = 0; k < 3; ++k) {
    for (int64_t i = 0; i < count; ++i) {
      const double at = wanted[i] ? position[k][i] : 0;
      const int32_t voxel = floor_to_int(at);
      out.key[i] = out.key[i] << kAxisBits | static_cast<uint32_t>(voxel + kVoxelLimit);
      offset[k][i] = static_cast<float>((at - voxel - 0.5) * voxel_size);
    }
  }
  for (int64_t i = 0; i < count; ++i) {
    out.key[i] = wanted[i] ? out.key[i] : PlacedPoints::kDropped;
  }
  return beyond == 0;
}

}  // namespace detailbase
