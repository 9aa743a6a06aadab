// Felzenszwalb-Huttenlocher graph merging ("Efficient Graph-Based Image Segmentation",
// IJCV 2004, section 3) with the ScanNet segmentator's rule for small components.
#pragma once

#include <cstdint>
#include <vector>

#include "buffer.h"

namespace detailbase {

struct WeightedEdge {
  float weight;  // dissimilarity of the two ends, >= 0 (rounding may leave it just below)
  int32_t a, b;  // node indices
};

// Disjoint sets with sizes; the smaller joins the larger, so that equal input gives equal roots.
class DisjointSets {
 public:
  explicit DisjointSets(int32_t count);

  int32_t find(int32_t node) {
    for (;;) {
      const int32_t parent = parent_[node];
      if (parent < 0) return node;
      const int32_t above = parent_[parent];
      if (above < 0) return parent;
      parent_[node] = above;
      node = above;
    }
  }
  // Joins two different roots and returns the root of the union.
  int32_t join(int32_t root_a, int32_t root_b);
  int32_t size(int32_t root) const { return -parent_[root]; }

 private:
  std::vector<int32_t> parent_;  // of a root: its set's size, negative
};

// Merges in ascending weight (ties keep the order of `edges`): two
// components join where the weight is at most the threshold of both. A threshold is k at
// first, then weight + k / size. Afterwards, in the same order, every edge with a component
// smaller than min_size on one side joins its two ends.
DisjointSets merge_graph(int32_t node_count, const Buffer<WeightedEdge>& edges, float k,
                         int32_t min_size);

// The root of each node, numbered 0, 1, 2 ... by first appearance.
std::vector<int64_t> dense_labels(DisjointSets& sets, int32_t node_count);

}  // namespace detailbase
