// What an organised scan tells of voxels that it could have seen.
#pragma once

#include <cstdint>

#include "pinhole.h"
#include "scan.h"

namespace detailbase {

class ScanView {
 public:
  static constexpr int32_t kMost = 256;

  // Where voxels lie in the image: pixels, and metres along the optical axis.
  struct Projected {
    double column[kMost], row[kMost], depth[kMost];
  };

  ScanView(const Scan& scan, const InsertOptions& options, double voxel_size);

  // Whether the scan is a pinhole image. If not, nothing else may be asked.
  bool good() const { return camera_.good; }

  // Projects the centres of up to kMost voxels.
  void project(const uint64_t* keys, int32_t count, Projected& out) const;

  // Whether the centre of voxel `i` lies within the image and the range.
  bool contains(const Projected& voxels, int32_t i) const {
    return voxels.depth[i] >= near_ && voxels.depth[i] <= far_ && voxels.column[i] >= 0 &&
           voxels.column[i] < scan_.width && voxels.row[i] >= 0 && voxels.row[i] < scan_.height;
  }

  // The point at the centre of voxel `i`.
  const Vec3* pixel(const Projected& voxels, int32_t i) const {
    return &scan_.xyz[static_cast<int64_t>(voxels.row[i]) * scan_.width +
                      static_cast<int64_t>(voxels.column[i])];
  }

  // Whether the scan measured clearly more than the depth of voxel `i` all over the patch that it
  // covers: probed at 3 x 3 pixels, so that neither a thin thing inside it nor a slightly wrong
  // pose at an outline costs a voxel its life.
  bool sees_past(const Projected& voxels, int32_t i) const;

 private:
  const Scan& scan_;
  Pinhole camera_;
  double near_, far_, voxel_size_;
};

}  // namespace detailbase
