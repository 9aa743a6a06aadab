#include "candidates.h"

#include <algorithm>
#include <vector>

namespace detailbase {

void pick_candidates(const float* probability, const Vec3* centers, const float* reach,
                     int64_t count, const CandidateOptions& options, int64_t* number) {
  std::fill(number, number + count, -1);
  // Those that may belong to a candidate and to none so far, ascending.
  std::vector<int64_t> free;
  for (int64_t s = 0; s < count; ++s) {
    if (probability[s] > options.faintest_part) free.push_back(s);
  }
  for (int32_t k = 0; k < options.most && !free.empty(); ++k) {
    const int64_t surest = *std::max_element(free.begin(), free.end(), [&](int64_t a, int64_t b) {
      return probability[a] < probability[b];
    });
    if (!(probability[surest] > options.faintest)) return;
    const auto near = [&](int64_t s, const Vec3& middle) {
      const Vec3 way = centers[s] - middle;
      const float limit = std::max(reach[s], reach[surest]);
      return dot(way, way) <= limit * limit;
    };
    double total = 0, x = 0, y = 0, z = 0;
    for (const int64_t s : free) {
      if (!near(s, centers[surest])) continue;
      const double share = probability[s];
      total += share;
      x += share * centers[s].x, y += share * centers[s].y, z += share * centers[s].z;
    }
    // The surest one's vote may be a bad one: once more from their middle.
    const Vec3 middle{static_cast<float>(x / total), static_cast<float>(y / total),
                      static_cast<float>(z / total)};
    const auto taken = [&](int64_t s) {
      if (near(s, middle)) number[s] = k;
      return number[s] == k;
    };
    const auto rest = std::remove_if(free.begin(), free.end(), taken);
    if (rest == free.end()) return;  // places that are no numbers: the next round would be the same
    free.erase(rest, free.end());
  }
}

}  // namespace detailbase
