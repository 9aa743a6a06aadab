// Objects under a mask, as their superpoints vote for the objects' centres; see
// detailbase_core/postprocess/vote_clustering.py.
#pragma once

#include <cstdint>
#include <vector>

#include "vec3.h"

namespace detailbase {

struct MergeOptions {
  double smallest_part;  // clusters with a smaller part of the largest one's points are stray ...
  double reach;          // and join the nearest other one, if it is no farther
};

// Label of each superpoint's object, not dense. centers, reach, points: (count), see
// linked_places() and its points of the mask.
std::vector<int64_t> vote_clusters(const Vec3* centers, const float* reach, const int64_t* points,
                                   int64_t count, const MergeOptions& options);

// Rows of one label, one group after the other: those of group g are rows[begins[g]] ... .
struct LabelGroups {
  std::vector<int64_t> rows, begins;
};

// The groups of `least` rows or more, and of smallest_part of the largest's, the largest first
// (equal ones by label), rows ascending; where all are smaller, the largest. Labels from 0 on.
LabelGroups largest_groups(const int64_t* labels, int64_t count, int64_t least,
                           double smallest_part);

// Rows of the chosen ones of some groups together, ascending. Group g's are rows[begins[g]] ...
// rows[begins[g + 1] - 1]; no row is in two.
std::vector<int64_t> rows_of_groups(const int64_t* rows, const int64_t* begins, const bool* chosen,
                                    int64_t group_count);

}  // namespace detailbase
