#include "scan_view.h"

#include <algorithm>
#include <cmath>

#include "vectorized.h"
#include "voxel_key.h"

namespace detailbase {

ScanView::ScanView(const Scan& scan, const InsertOptions& options, double voxel_size)
    : scan_(scan),
      camera_(fit_pinhole(scan.xyz, scan.height, scan.width)),
      near_(std::max(options.min_range, 1e-3)),
      far_(options.max_range),
      voxel_size_(voxel_size) {}

DETAILBASE_VECTORIZED
static void project_voxels(const uint64_t* keys, int32_t count, const double* sensor_to_map,
                           const Pinhole camera, double voxel_size, ScanView::Projected& out) {
  double t[12];  // of our own: nothing that is written can change it
  std::copy(sensor_to_map, sensor_to_map + 12, t);
  for (int32_t i = 0; i < count; ++i) {
    const Voxel v = unpack(keys[i]);
    const double x = (v.x + 0.5) * voxel_size - t[3];
    const double y = (v.y + 0.5) * voxel_size - t[7];
    const double z = (v.z + 0.5) * voxel_size - t[11];
    const double depth = t[2] * x + t[6] * y + t[10] * z;
    out.column[i] = camera.fx * (t[0] * x + t[4] * y + t[8] * z) / depth + camera.cx;
    out.row[i] = camera.fy * (t[1] * x + t[5] * y + t[9] * z) / depth + camera.cy;
    out.depth[i] = depth;
  }
}

void ScanView::project(const uint64_t* keys, int32_t count, Projected& out) const {
  project_voxels(keys, count, scan_.sensor_to_map, camera_, voxel_size_, out);
}

bool ScanView::sees_past(const Projected& voxels, int32_t i) const {
  // Two voxels of slack for the grid and the pose, and 2 % of the depth for the sensor.
  const double limit = voxels.depth[i] + 2 * voxel_size_ + 0.02 * voxels.depth[i];
  const double reach = std::max(1.0, 0.5 * voxel_size_ * std::abs(camera_.fx) / voxels.depth[i]);
  int measured = 0;
  for (const int row : {0, -1, 1}) {
    for (const int column : {0, -1, 1}) {  // the middle first: it mostly decides
      const double u = voxels.column[i] + column * reach + 0.5;
      const double v = voxels.row[i] + row * reach + 0.5;
      if (!(u >= 0 && v >= 0 && u < scan_.width && v < scan_.height)) return false;
      const int64_t pixel = static_cast<int64_t>(v) * scan_.width + static_cast<int64_t>(u);
      const float z = scan_.xyz[pixel].z;
      if (!std::isfinite(z)) continue;
      if (z <= limit) return false;
      ++measured;
    }
  }
  return measured >= 5;
}

}  // namespace detailbase
