#include "mask_objects.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "connectivity.h"
#include "voxel_key.h"

namespace detailbase {
namespace {

// Labels of points by gaps between them.
std::vector<int64_t> parted(const Vec3* xyz, const std::vector<int64_t>& points, double distance) {
  std::vector<Vec3> own(points.size());
  float reach = 0;
  bool finite = true;
  for (size_t i = 0; i < points.size(); ++i) {
    own[i] = xyz[points[i]];
    const Vec3 way = own[i] - own[0];
    finite = finite && std::isfinite(way.x + way.y + way.z);
    reach = std::max({reach, std::abs(way.x), std::abs(way.y), std::abs(way.z)});
  }
  if (!finite || !(reach < kVoxelLimit * distance / 2)) {
    throw std::invalid_argument("points: not finite, or too far apart for the distance");
  }
  return connected_components(own.data(), static_cast<int64_t>(own.size()), distance);
}

void require_points(const SegmentedScene& scene, const bool* mask) {
  for (int64_t s = 0; s < scene.superpoints.count; ++s) {
    if (!mask[s]) continue;
    for (int64_t i = scene.begins[s]; i < scene.begins[s + 1]; ++i) {
      const int64_t point = scene.order[i];
      if (point < 0 || point >= scene.count || scene.owner[point] != s) {
        throw std::invalid_argument("order, owner: do not fit each other");
      }
    }
  }
}

}  // namespace

MaskObjects mask_objects(const SegmentedScene& scene, const bool* mask, bool whole,
                         const PartOptions& options) {
  require_points(scene, mask);
  MaskObjects found;
  found.points = rows_of_groups(scene.order, scene.begins, mask, scene.superpoints.count);
  const auto count = static_cast<int64_t>(found.points.size());
  found.begins = {0, count};
  if (count == 0) return {};
  if (!whole) {
    std::vector<int64_t> labels =
        cluster_points(scene.superpoints, scene.owner, found.points.data(), count, options.merge);
    if (labels.empty()) labels = parted(scene.xyz, found.points, options.connect_distance);
    LabelGroups groups = largest_groups(labels.data(), count, options.least, options.smallest_part);
    for (int64_t& row : groups.rows) row = found.points[row];
    found.points = std::move(groups.rows);
    found.begins = std::move(groups.begins);
  }
  for (size_t i = 0; i + 1 < found.begins.size(); ++i) {
    const int64_t begin = found.begins[i];
    found.boxes.push_back(
        upright_box(scene.xyz, &found.points[begin], found.begins[i + 1] - begin));
  }
  return found;
}

}  // namespace detailbase
