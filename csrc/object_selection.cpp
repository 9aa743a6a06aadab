#include "object_selection.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace detailbase {
namespace {

// Some superpoints of a scene, one property after the other.
struct Used {
  std::vector<int64_t> number, points;
  std::vector<Vec3> centers;
  std::vector<float> reach;
  int64_t movable_points = 0, all_points = 0;
};

Used superpoints_over(const VotingSuperpoints& of, const float* probability, float least) {
  Used used;
  for (int64_t s = 0; s < of.count; ++s) {
    if (!(probability[s] >= least)) continue;
    used.number.push_back(s);
    used.points.push_back(of.points[s]);
    used.centers.push_back(of.centers[s]);
    used.reach.push_back(of.reach[s]);
    used.all_points += of.points[s];
    if (of.movable[s]) used.movable_points += of.points[s];
  }
  return used;
}

// Which labels are among the `number` of the highest peaks, and high enough.
std::vector<char> highest(const std::vector<float>& peaks, float threshold, int64_t number,
                          float margin) {
  std::vector<int64_t> order(peaks.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return peaks[a] > peaks[b]; });
  const bool any = number == kAnyNumber;
  const float least = any ? std::max(threshold, peaks[order[0]] - margin) : threshold;
  const auto most = any ? peaks.size() : static_cast<size_t>(number);
  std::vector<char> chosen(peaks.size(), 0);
  for (size_t i = 0; i < std::min(most, order.size()) && peaks[order[i]] >= least; ++i) {
    chosen[order[i]] = 1;
  }
  return chosen;
}

}  // namespace

bool select_objects(const VotingSuperpoints& superpoints, const float* probability,
                    double threshold, int64_t number, const SelectionOptions& options, bool* mask) {
  const auto least = static_cast<float>(threshold);
  bool found = false;
  for (int64_t s = 0; s < superpoints.count; ++s) {
    mask[s] = probability[s] >= least;
    found = found || mask[s];
  }
  if (!found) return false;
  const auto grown = static_cast<float>(options.grow_ratio * threshold);
  const Used used = superpoints_over(superpoints, probability, grown);
  if (2 * used.movable_points < used.all_points) return false;  // floor, walls, ceiling
  const auto count = static_cast<int64_t>(used.number.size());
  const std::vector<int64_t> labels = vote_clusters(used.centers.data(), used.reach.data(),
                                                    used.points.data(), count, options.merge);
  std::vector<float> peaks(*std::max_element(labels.begin(), labels.end()) + 1, 0.0f);
  for (int64_t i = 0; i < count; ++i) {
    peaks[labels[i]] = std::max(peaks[labels[i]], probability[used.number[i]]);
  }
  const std::vector<char> chosen = highest(peaks, least, number, options.margin);
  std::fill(mask, mask + superpoints.count, false);
  for (int64_t i = 0; i < count; ++i) mask[used.number[i]] = chosen[labels[i]] != 0;
  return true;
}

}  // namespace detailbase
