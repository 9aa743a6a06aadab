// Rows by group: means, bounds and distinct keys. Rows are contiguous float32, fewer than 2^31. The
// number of threads never changes a result: one thread adds a group's rows, in their order.

#pragma once

#include <cstdint>
#include <vector>

namespace detailbase {

// Rows [count, width] with a group in [0, groups) each.
struct GroupedRows {
  const float* rows;
  const int64_t* group;
  int64_t count;
  int width;
  int64_t groups;
};

// means [groups, width]; zeros where a group has no rows.
void group_means(const GroupedRows& of, float* means, int threads);

// The least and greatest of each column, [groups, width] each; +inf and -inf without rows.
void group_bounds(const GroupedRows& of, float* low, float* high, int threads);

// The distinct keys, ascending, and how many rows have each; number[i] is the place of keys[i].
struct DistinctKeys {
  std::vector<int64_t> keys, counts;
};
DistinctKeys distinct_keys(const int64_t* keys, int64_t count, int64_t* number, int threads);

}  // namespace detailbase
