#include "vote_clusters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "connectivity.h"

namespace detailbase {
namespace {

using Place = std::array<double, 3>;

// Index of the lowest of the bits; there is one.
int lowest_bit(uint64_t bits) {
#if defined(__GNUC__)
  return __builtin_ctzll(bits);
#else
  int index = 0;
  while ((bits >> index & 1) == 0) ++index;
  return index;
#endif
}

int64_t label_count(const int64_t* labels, int64_t count) {
  return count > 0 ? *std::max_element(labels, labels + count) + 1 : 0;
}

double distance(const Place& a, const Place& b) {
  const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
  return std::sqrt(x * x + y * y + z * z);
}

// The one of `large` (ascending x) that is nearest to `from`, and within reach; else -1.
int64_t nearest(const std::vector<Place>& places, const std::vector<int64_t>& large,
                const Place& from, double reach) {
  const auto before = [&](int64_t one, double x) { return places[one][0] < x; };
  const double slack = reach + 1e-9 * (reach + std::abs(from[0]));  // of rounding
  auto one = std::lower_bound(large.begin(), large.end(), from[0] - slack, before);
  int64_t found = -1;
  double least = reach;
  for (; one != large.end() && places[*one][0] <= from[0] + slack; ++one) {
    const double away = distance(places[*one], from);
    if (away > least || (found >= 0 && away == least)) continue;
    least = away;
    found = *one;
  }
  return found;
}

}  // namespace

std::vector<int64_t> vote_clusters(const Vec3* centers, const float* reach, const int64_t* points,
                                   int64_t count, const MergeOptions& options) {
  std::vector<int64_t> labels = linked_places(centers, reach, count);
  const int64_t clusters = label_count(labels.data(), count);
  std::vector<double> size(clusters, 0.0);
  for (int64_t i = 0; i < count; ++i) size[labels[i]] += static_cast<double>(points[i]);
  const double least =
      options.smallest_part * (clusters > 0 ? *std::max_element(size.begin(), size.end()) : 0.0);
  if (std::none_of(size.begin(), size.end(), [=](double one) { return one < least; })) {
    return labels;
  }
  std::vector<Place> centroids(clusters, Place{});
  for (int64_t i = 0; i < count; ++i) {
    const auto weight = static_cast<double>(points[i]);
    const double at[3] = {centers[i].x, centers[i].y, centers[i].z};
    for (int k = 0; k < 3; ++k) centroids[labels[i]][k] += weight * at[k];
  }
  std::vector<int64_t> large, renamed(clusters);
  for (int64_t c = 0; c < clusters; ++c) {
    for (double& at : centroids[c]) at /= size[c];
    if (size[c] >= least) large.push_back(c);
  }
  std::stable_sort(large.begin(), large.end(),
                   [&](int64_t a, int64_t b) { return centroids[a][0] < centroids[b][0]; });
  for (int64_t c = 0; c < clusters; ++c) {
    const int64_t other =
        size[c] < least ? nearest(centroids, large, centroids[c], options.reach) : -1;
    renamed[c] = other < 0 ? c : other;
  }
  for (int64_t& label : labels) label = renamed[label];
  return labels;
}

LabelGroups largest_groups(const int64_t* labels, int64_t count, int64_t least,
                           double smallest_part) {
  std::vector<int64_t> size(label_count(labels, count), 0);
  for (int64_t i = 0; i < count; ++i) ++size[labels[i]];
  std::vector<int64_t> by_size(size.size());
  std::iota(by_size.begin(), by_size.end(), 0);
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](int64_t a, int64_t b) { return size[a] > size[b]; });
  LabelGroups groups;
  groups.begins = {0};
  if (by_size.empty()) return groups;
  const double smallest = std::max(static_cast<double>(std::max<int64_t>(least, 1)),
                                   smallest_part * static_cast<double>(size[by_size[0]]));
  std::vector<int64_t> next(size.size(), -1);  // where the label's next row goes
  for (const int64_t label : by_size) {
    const bool is_first = groups.begins.size() == 1;
    if (static_cast<double>(size[label]) < smallest && !is_first) break;
    next[label] = groups.begins.back();
    groups.begins.push_back(groups.begins.back() + size[label]);
  }
  groups.rows.resize(groups.begins.back());
  for (int64_t i = 0; i < count; ++i) {
    int64_t& to = next[labels[i]];
    if (to >= 0) groups.rows[to++] = i;
  }
  return groups;
}

// By a bit for each row between the least and the greatest: sorting takes longer.
std::vector<int64_t> rows_of_groups(const int64_t* rows, const int64_t* begins, const bool* chosen,
                                    int64_t group_count) {
  constexpr int64_t kBits = 64;
  int64_t low = std::numeric_limits<int64_t>::max(), high = -1, count = 0;
  for (int64_t g = 0; g < group_count; ++g) {
    if (!chosen[g]) continue;
    for (int64_t i = begins[g]; i < begins[g + 1]; ++i) {
      low = std::min(low, rows[i]);
      high = std::max(high, rows[i]);
    }
    count += begins[g + 1] - begins[g];
  }
  std::vector<int64_t> found;
  if (count == 0) return found;
  found.reserve(count);
  std::vector<uint64_t> bits((high - low) / kBits + 1, 0);
  for (int64_t g = 0; g < group_count; ++g) {
    if (!chosen[g]) continue;
    for (int64_t i = begins[g]; i < begins[g + 1]; ++i) {
      const int64_t at = rows[i] - low;
      bits[at / kBits] |= uint64_t{1} << at % kBits;
    }
  }
  for (size_t word = 0; word < bits.size(); ++word) {
    for (uint64_t left = bits[word]; left != 0; left &= left - 1) {
      found.push_back(low + static_cast<int64_t>(word) * kBits + lowest_bit(left));
    }
  }
  return found;
}

}  // namespace detailbase
