#include "key_order.h"

#include <algorithm>
#include <array>
#include <vector>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace detailbase {
namespace {

constexpr int kBits = 11;
constexpr size_t kDigits = size_t{1} << kBits;
constexpr size_t kFew = 4096;  // fewer are sorted as fast by comparing

bool below(const KeyedRow& a, const KeyedRow& b) { return a.key < b.key; }

using Counts = std::array<size_t, kDigits>;

// One digit: each thread counts and then moves its own stretch of rows, so the order within a
// digit stays.
void sort_digit(const Buffer<KeyedRow>& from, int shift, int threads, std::vector<Counts>& begins,
                Buffer<KeyedRow>& to) {
  const auto digit = [shift](const KeyedRow& r) { return r.key >> shift & (kDigits - 1); };
  const auto start = [&](int part) { return from.size() * part / threads; };
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int part = 0; part < threads; ++part) {
    begins[part].fill(0);
    for (size_t i = start(part); i < start(part + 1); ++i) ++begins[part][digit(from[i])];
  }
  size_t total = 0;
  for (size_t d = 0; d < kDigits; ++d) {
    for (Counts& begin : begins) {
      const size_t count = begin[d];
      begin[d] = total;
      total += count;
    }
  }
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int part = 0; part < threads; ++part) {
    for (size_t i = start(part); i < start(part + 1); ++i)
      to[begins[part][digit(from[i])]++] = from[i];
  }
}

}  // namespace

void sort_by_key(Buffer<KeyedRow>& rows, int threads) {
  if (std::is_sorted(rows.begin(), rows.end(), below)) return;
  if (rows.size() < kFew) {
    std::stable_sort(rows.begin(), rows.end(), below);
    return;
  }
  uint64_t differing = 0;
  for (const KeyedRow& r : rows) differing |= r.key ^ rows.front().key;
  std::vector<Counts> begins(threads);
  Buffer<KeyedRow> other(rows.size());
  // Digits begin where keys differ: an axis of a room takes one digit of its 21 bits.
  for (int shift = 0; shift < 64 && differing >> shift != 0; shift += kBits) {
    while ((differing >> shift & 1) == 0) ++shift;
    sort_digit(rows, shift, threads, begins, other);
    rows.swap(other);
  }
}

int default_threads() {
#if defined(_OPENMP)
  return omp_get_max_threads();
#else
  return 1;
#endif
}

}  // namespace detailbase
