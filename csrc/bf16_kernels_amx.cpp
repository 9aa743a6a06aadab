// The inner loops in bfloat16 for AMX: a tile of 16 rows times a tile of 16 columns, 32 channels at
// once. Source rows are brought together for it.

#include "bf16_kernels.h"

#if defined(__x86_64__) && defined(__linux__) && \
    ((defined(__clang__) && __clang_major__ >= 12) || (!defined(__clang__) && __GNUC__ >= 11))

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__clang__)
#pragma clang attribute push(                                                              \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16,fma"))), \
    apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16,fma")
#endif

namespace detailbase {
namespace {

constexpr int kRows = 16;          // of a tile
constexpr int kBlock = 2 * kRows;  // pairs at a time
constexpr int kLanes = 16;         // floats of a vector

struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t bytes_of_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// In memory for good: the compiler is told of its first 8 bytes only, and would write no more.
const TileConfig kConfig{};

// What somebody else had configured on this thread comes back: a matrix library may count on it.
void enter(void* before) {
  _tile_storeconfig(before);
  _tile_loadconfig(&kConfig);
}

void leave(const void* before) {
  if (*static_cast<const uint8_t*>(before) == 0)
    _tile_release();
  else
    _tile_loadconfig(before);
}

int padded_in(int in) { return (in + kBf16In - 1) / kBf16In * kBf16In; }
int at_most_block(int count) { return count < kBlock ? count : kBlock; }

int64_t scratch_floats(int in, int padded_out) {
  return int64_t{kBlock} * (padded_in(in) / 2 + padded_out);
}

// The source rows of up to kBlock pairs, side by side, zeros behind their last channel.
void gather(const Pair* pairs, int count, const uint16_t* source, int in, uint16_t* rows) {
  const int padded = padded_in(in);
  const auto last = static_cast<__mmask32>(0xFFFFFFFFu >> (padded - in));
  for (int p = 0; p < count; ++p, rows += padded) {
    const uint16_t* from = source + static_cast<int64_t>(pairs[p].from) * in;
    int c = 0;
    for (; c + kBf16In <= in; c += kBf16In)
      _mm512_storeu_si512(rows + c, _mm512_loadu_si512(from + c));
    if (c < in) _mm512_storeu_si512(rows + c, _mm512_maskz_loadu_epi16(last, from + c));
  }
  __asm__ volatile("" ::: "memory");  // loads of tiles do not tell the compiler what they read
}

// products[p] = rows[p] . weight for 32 rows (kBoth) or 16, and for 32 columns (kWide) or 16.
template <bool kBoth, bool kWide>
void multiply(const uint16_t* rows, int padded, const uint16_t* weight, int padded_out,
              float* products) {
  const int64_t row_bytes = 2 * padded, weight_bytes = 4 * padded_out;
  const uint16_t* second = rows + kRows * padded;
  float* to_second = products + kRows * padded_out;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int c = 0; c < padded; c += kBf16In) {
    const uint16_t* w = weight + static_cast<int64_t>(c) * padded_out;
    _tile_loadd(4, rows + c, row_bytes);
    _tile_loadd(6, w, weight_bytes);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (kWide) {
      _tile_loadd(7, w + 2 * kLanes, weight_bytes);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (kBoth) {
      _tile_loadd(5, second + c, row_bytes);
      _tile_dpbf16ps(2, 5, 6);
      if constexpr (kWide) _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, products, weight_bytes);
  if constexpr (kWide) _tile_stored(1, products + kLanes, weight_bytes);
  if constexpr (kBoth) {
    _tile_stored(2, to_second, weight_bytes);
    if constexpr (kWide) _tile_stored(3, to_second + kLanes, weight_bytes);
  }
}

template <bool kBoth>
void multiply_columns(const uint16_t* rows, int padded, const uint16_t* weight, int padded_out,
                      float* products) {
  int o = 0;
  for (; o + 2 * kLanes <= padded_out; o += 2 * kLanes)
    multiply<kBoth, true>(rows, padded, weight + 2 * o, padded_out, products + o);
  if (o < padded_out)
    multiply<kBoth, false>(rows, padded, weight + 2 * o, padded_out, products + o);
}

void scatter(const Pair* pairs, int count, const float* products, int padded_out, float* sums) {
  for (int p = 0; p < count; ++p, products += padded_out) {
    float* to = sums + static_cast<int64_t>(pairs[p].to) * padded_out;
    for (int o = 0; o < padded_out; o += kLanes)
      _mm512_storeu_ps(to + o,
                       _mm512_add_ps(_mm512_loadu_ps(to + o), _mm512_loadu_ps(products + o)));
  }
}

// The next block's rows are brought together while the tiles of this one are still at work.
void add_products(const Pair* pairs, int count, const uint16_t* source, int in,
                  const uint16_t* weight, int padded_out, float* sums, float* scratch) {
  const int padded = padded_in(in);
  auto* rows = reinterpret_cast<uint16_t*>(scratch + int64_t{kBlock} * padded_out);
  gather(pairs, at_most_block(count), source, in, rows);
  for (; count > 0; pairs += kBlock, count -= kBlock) {
    if (count > kRows)
      multiply_columns<true>(rows, padded, weight, padded_out, scratch);
    else
      multiply_columns<false>(rows, padded, weight, padded_out, scratch);
    if (count > kBlock) gather(pairs + kBlock, at_most_block(count - kBlock), source, in, rows);
    scatter(pairs, at_most_block(count), scratch, padded_out, sums);
  }
}

void norm_relu(const float* rows, int row_stride, int64_t count, int width, const float* scale,
               const float* shift, uint16_t* result) {
  for (int c = 0; c < width; c += kLanes) {
    const int left = width - c;
    const auto lanes = static_cast<__mmask16>(left < kLanes ? (1u << left) - 1 : 0xFFFFu);
    const __m512 s = _mm512_maskz_loadu_ps(lanes, scale + c);
    const __m512 t = _mm512_maskz_loadu_ps(lanes, shift + c);
    const float* from = rows + c;
    uint16_t* to = result + c;
    for (int64_t r = 0; r < count; ++r, from += row_stride, to += width) {
      const __m512 x = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(lanes, from), s, t);
      // Of a NaN and a number the instruction takes the second: it stays.
      const __m512 positive = _mm512_maskz_max_ps(0xFFFF, _mm512_setzero_ps(), x);
      _mm256_mask_storeu_epi16(to, lanes, (__m256i)_mm512_cvtneps_pbh(positive));
    }
  }
}

// The kernel lets a process use the tiles only after it has asked.
bool find_tiles() {
  constexpr unsigned kBf16Bit = 1u << 22, kTileBit = 1u << 24;
  constexpr int kRequestPermission = 0x1023, kTileData = 18;  // asm/prctl.h, since Linux 5.16
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  if ((d & kBf16Bit) == 0 || (d & kTileBit) == 0) return false;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace
}  // namespace detailbase

#if defined(__clang__)
#pragma clang attribute pop
#endif

namespace detailbase {
const Bf16Kernels* amx_kernels() {
  static const Bf16Kernels kernels{"amx_bf16", scratch_floats, enter,
                                   leave,      add_products,   norm_relu};
  static const bool runs =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16") && find_tiles();
  return runs ? &kernels : nullptr;
}
}  // namespace detailbase

#else

namespace detailbase {
const Bf16Kernels* amx_kernels() { return nullptr; }
}  // namespace detailbase

#endif
