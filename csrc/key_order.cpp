#include "key_order.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace detailbase {
namespace {

constexpr int kMostBits = 11;
constexpr size_t kFew = 4096;  // fewer are sorted as fast by comparing

bool below(const KeyedRow& a, const KeyedRow& b) { return a.key < b.key; }

// How many rows each thread has with each digit, and then where the next of them goes.
using Counts = std::array<uint32_t, size_t{1} << kMostBits>;

// Bits in which keys differ.
uint64_t differing_bits(const Buffer<KeyedRow>& rows, int threads) {
  const auto count = static_cast<int64_t>(rows.size());
  const uint64_t first = rows.front().key;
  uint64_t differing = 0;
#pragma omp parallel for num_threads(threads) schedule(static) reduction(| : differing)
  for (int64_t i = 0; i < count; ++i) differing |= rows[i].key ^ first;
  return differing;
}

// One digit of so many bits: each thread counts and then moves its own stretch of rows, so the
// order within a digit stays.
void sort_digit(const Buffer<KeyedRow>& from, int shift, int bits, int threads,
                std::vector<Counts>& begins, Buffer<KeyedRow>& to) {
  const size_t digits = size_t{1} << bits;
  const auto digit = [=](const KeyedRow& r) { return r.key >> shift & (digits - 1); };
  const auto start = [&](int part) { return from.size() * part / threads; };
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int part = 0; part < threads; ++part) {
    std::fill_n(begins[part].begin(), digits, 0);
    for (size_t i = start(part); i < start(part + 1); ++i) ++begins[part][digit(from[i])];
  }
  uint32_t total = 0;
  for (size_t d = 0; d < digits; ++d) {
    for (Counts& begin : begins) total += std::exchange(begin[d], total);
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
  const uint64_t differing = differing_bits(rows, threads);
  std::vector<Counts> begins(threads);
  Buffer<KeyedRow> other(rows.size());
  // Digits begin and end where keys differ: an axis of a room takes one digit of its 21 bits, and
  // few counts, which one thread adds up.
  for (int shift = 0; shift < 64 && differing >> shift != 0;) {
    while ((differing >> shift & 1) == 0) ++shift;
    int bits = std::min(kMostBits, 64 - shift);
    while ((differing >> (shift + bits - 1) & 1) == 0) --bits;
    sort_digit(rows, shift, bits, threads, begins, other);
    rows.swap(other);
    shift += bits;
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
