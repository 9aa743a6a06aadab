#include "row_groups.h"

#include <algorithm>
#include <limits>

#include "key_order.h"

namespace detailbase {
namespace {

// Each thread takes a stretch of the groups and calls use(row, group) for those of the rows that
// belong to it.
template <class Use>
void for_own_rows(const GroupedRows& of, int threads, const Use& use) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int part = 0; part < threads; ++part) {
    const int64_t begin = of.groups * part / threads, end = of.groups * (part + 1) / threads;
    for (int64_t i = 0; i < of.count; ++i) {
      const int64_t group = of.group[i];
      if (group >= begin && group < end) use(of.rows + i * of.width, group);
    }
  }
}

}  // namespace

void group_means(const GroupedRows& of, float* means, int threads) {
  std::fill(means, means + of.groups * of.width, 0.0f);
  std::vector<int32_t> size(of.groups, 0);
  for_own_rows(of, threads, [&](const float* row, int64_t group) {
    float* sum = means + group * of.width;
    for (int c = 0; c < of.width; ++c) sum[c] += row[c];
    ++size[group];
  });
  for (int64_t group = 0; group < of.groups; ++group) {
    const float rows = static_cast<float>(std::max(1, size[group]));
    for (int c = 0; c < of.width; ++c) means[group * of.width + c] /= rows;
  }
}

void group_bounds(const GroupedRows& of, float* low, float* high, int threads) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::fill(low, low + of.groups * of.width, kInfinity);
  std::fill(high, high + of.groups * of.width, -kInfinity);
  for_own_rows(of, threads, [&](const float* row, int64_t group) {
    float *least = low + group * of.width, *greatest = high + group * of.width;
    for (int c = 0; c < of.width; ++c) {
      least[c] = std::min(least[c], row[c]);
      greatest[c] = std::max(greatest[c], row[c]);
    }
  });
}

DistinctKeys distinct_keys(const int64_t* keys, int64_t count, int64_t* number, int threads) {
  // Neighbours often have equal keys: runs of them are sorted, not each.
  std::vector<int64_t> begins;
  Buffer<KeyedRow> runs;
  begins.reserve(count + 1);
  runs.reserve(count);
  for (int64_t i = 0; i < count; ++i) {
    if (i > 0 && keys[i] == keys[i - 1]) continue;
    // The sign bit turned: unsigned keys then ascend as signed ones do.
    runs.push_back(
        {static_cast<uint64_t>(keys[i]) ^ uint64_t{1} << 63, static_cast<int32_t>(begins.size())});
    begins.push_back(i);
  }
  begins.push_back(count);
  sort_by_key(runs, threads);
  DistinctKeys distinct;
  distinct.keys.reserve(runs.size());
  distinct.counts.reserve(runs.size());
  std::vector<int64_t> place(runs.size());
  for (size_t i = 0; i < runs.size(); ++i) {
    const int64_t begin = begins[runs[i].row], end = begins[runs[i].row + 1];
    if (i == 0 || runs[i].key != runs[i - 1].key) {
      distinct.keys.push_back(keys[begin]);
      distinct.counts.push_back(0);
    }
    distinct.counts.back() += end - begin;
    place[runs[i].row] = static_cast<int64_t>(distinct.keys.size()) - 1;
  }
  const auto run_count = static_cast<int64_t>(runs.size());
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t run = 0; run < run_count; ++run) {
    std::fill(number + begins[run], number + begins[run + 1], place[run]);
  }
  return distinct;
}

}  // namespace detailbase
