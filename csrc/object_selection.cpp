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

// Those for which `wanted` says so.
template <typename Wanted>
Used superpoints_that(const VotingSuperpoints& of, const int64_t* points, Wanted&& wanted) {
  Used used;
  for (int64_t s = 0; s < of.count; ++s) {
    if (!wanted(s)) continue;
    used.number.push_back(s);
    used.points.push_back(points[s]);
    used.centers.push_back(of.centers[s]);
    used.reach.push_back(of.reach[s]);
    used.all_points += points[s];
    if (of.movable[s]) used.movable_points += points[s];
  }
  return used;
}

// Floor, walls and ceiling: most of it.
bool is_structure(const Used& used) { return 2 * used.movable_points < used.all_points; }

std::vector<int64_t> labels_of(const Used& used, const MergeOptions& options) {
  return vote_clusters(used.centers.data(), used.reach.data(), used.points.data(),
                       static_cast<int64_t>(used.number.size()), options);
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
  const Used used = superpoints_that(superpoints, superpoints.points,
                                     [=](int64_t s) { return probability[s] >= grown; });
  if (is_structure(used)) return false;
  const auto count = static_cast<int64_t>(used.number.size());
  const std::vector<int64_t> labels = labels_of(used, options.merge);
  std::vector<float> peaks(*std::max_element(labels.begin(), labels.end()) + 1, 0.0f);
  for (int64_t i = 0; i < count; ++i) {
    peaks[labels[i]] = std::max(peaks[labels[i]], probability[used.number[i]]);
  }
  const std::vector<char> chosen = highest(peaks, least, number, options.margin);
  std::fill(mask, mask + superpoints.count, false);
  for (int64_t i = 0; i < count; ++i) mask[used.number[i]] = chosen[labels[i]] != 0;
  return true;
}

std::vector<int64_t> cluster_points(const VotingSuperpoints& superpoints, const int64_t* owner,
                                    const int64_t* points, int64_t count,
                                    const MergeOptions& options) {
  std::vector<int64_t> size(superpoints.count, 0);
  for (int64_t i = 0; i < count; ++i) ++size[owner[points[i]]];
  const Used used =
      superpoints_that(superpoints, size.data(), [&](int64_t s) { return size[s] > 0; });
  if (is_structure(used)) return {};
  const std::vector<int64_t> labels = labels_of(used, options);
  std::vector<int64_t>& label = size;  // each number has done its duty
  for (size_t k = 0; k < labels.size(); ++k) label[used.number[k]] = labels[k];
  std::vector<int64_t> found(count);
  for (int64_t i = 0; i < count; ++i) found[i] = label[owner[points[i]]];
  return found;
}

}  // namespace detailbase
