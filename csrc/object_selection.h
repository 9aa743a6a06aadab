// The objects that phrases refer to, out of all under their masks; see
// detailbase_core/postprocess/object_selection.py.
#pragma once

#include <cstdint>
#include <vector>

#include "vec3.h"
#include "vote_clusters.h"

namespace detailbase {

// A scene's superpoints and what they vote for: all (count).
struct VotingSuperpoints {
  const Vec3* centers;
  const float* reach;
  const bool* movable;    // whether it belongs to an object that has a centre
  const int64_t* points;  // that it has
  int64_t count;
};

struct SelectionOptions {
  double grow_ratio;  // an object takes superpoints down to this part of the threshold
  float margin;       // of an unknown number all count whose peak is this near to the highest
  MergeOptions merge;
};

constexpr int64_t kAnyNumber = -1;

// The superpoints of the `number` objects of the highest peaks in `mask` (count); of all near the
// highest where the number is kAnyNumber. Each needs a superpoint of at least the threshold.
// Returns whether the mask is known to consist of objects; if not it is the probabilities' own, cut
// at the threshold.
bool select_objects(const VotingSuperpoints& superpoints, const float* probability,
                    double threshold, int64_t number, const SelectionOptions& options, bool* mask);

// Labels of a mask's points, (count), as vote_clusters() gives them to their superpoints; none
// where most of the mask is structure, which has no centre. superpoints.points is not read.
std::vector<int64_t> cluster_points(const VotingSuperpoints& superpoints, const int64_t* owner,
                                    const int64_t* points, int64_t count,
                                    const MergeOptions& options);

}  // namespace detailbase
