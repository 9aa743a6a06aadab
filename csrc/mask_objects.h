// Objects of masks over a scene's superpoints: their points, parts and boxes.
#pragma once

#include <cstdint>
#include <vector>

#include "object_selection.h"
#include "upright_boxes.h"
#include "vec3.h"

namespace detailbase {

// A scene: its points one superpoint after the other, those of superpoint s are
// order[begins[s]] ... order[begins[s + 1] - 1], and each one's superpoint.
struct SegmentedScene {
  const Vec3* xyz;
  int64_t count;  // of points
  const int64_t *order, *begins, *owner;
  VotingSuperpoints superpoints;  // points is not read
};

struct PartOptions {
  double connect_distance;  // structure, which votes for no centre, is parted by gaps this wide
  int64_t least;            // see largest_groups()
  double smallest_part;
  MergeOptions merge;
};

// Objects of one mask, the largest first: points of object i are points[begins[i]] ..., ascending.
struct MaskObjects {
  std::vector<int64_t> points, begins;
  std::vector<UprightBox> boxes;
};

// The objects of a mask (superpoints.count) of one superpoint or more. whole: whether it is known
// to be one object. Throws std::invalid_argument where its points are none of the scene, not
// finite, or too far apart to be parted by gaps.
MaskObjects mask_objects(const SegmentedScene& scene, const bool* mask, bool whole,
                         const PartOptions& options);

}  // namespace detailbase
