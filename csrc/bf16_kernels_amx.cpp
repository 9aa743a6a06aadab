// The inner loops for AMX: a tile of 16 rows times a tile of 16 columns, 32 channels at once. Rows
// are brought together for it, and its products added to the sums, while the next tiles multiply.

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

constexpr int kRows = 16;                  // of a tile
constexpr int kLanes = 16;                 // floats of a vector
constexpr int kTile = kRows * kTileWidth;  // numbers of a tile
constexpr int kBlock = 2 * kTile;          // numbers of two tiles: a block's rows, or a weight's
constexpr int kAhead = 8;                  // rows that are fetched early

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

// Loads and stores of tiles do not tell the compiler what they read and write.
void forget_memory() { __asm__ volatile("" ::: "memory"); }

int products_of(int planes) { return planes == 1 ? 1 : 6; }

__mmask16 lanes_of(int left) {
  return static_cast<__mmask16>(left >= kLanes ? 0xFFFF : left > 0 ? (1 << left) - 1 : 0);
}

// 32 floats as the sum of their planes.
template <int kPlanes>
void split(__m512 first, __m512 second, uint16_t* to) {
  for (int plane = 0; plane < kPlanes; ++plane, to += kTileWidth) {
    const __m512i high = (__m512i)_mm512_cvtne2ps_pbh(second, first);
    _mm512_store_si512(to, high);
    const __m512i a = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(high));
    const __m512i b = _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(high, 1));
    first = _mm512_sub_ps(first, _mm512_castsi512_ps(_mm512_slli_epi32(a, 16)));
    second = _mm512_sub_ps(second, _mm512_castsi512_ps(_mm512_slli_epi32(b, 16)));
  }
}

template <int kPlanes>
void take_floats(const Bf16Source& source, const int32_t* rows, int count, uint16_t* local) {
  const int width = source.width;
  for (int i = 0; i < count; ++i) {
    const float* from = source.floats + static_cast<int64_t>(rows[i]) * width;
    if (i + kAhead < count) {
      const float* later = source.floats + static_cast<int64_t>(rows[i + kAhead]) * width;
      for (int c = 0; c < width; c += kLanes) _mm_prefetch(later + c, _MM_HINT_T0);
    }
    for (int c = 0; c < width; c += kTileWidth, local += kPlanes * kTileWidth) {
      const __mmask16 one = lanes_of(width - c), two = lanes_of(width - c - kLanes);
      const __m512 first = _mm512_maskz_loadu_ps(one, from + c);
      const __m512 second = _mm512_maskz_loadu_ps(two, from + c + kLanes);
      split<kPlanes>(first, second, local);
    }
  }
}

void take_halves(const Bf16Source& source, const int32_t* rows, int count, uint16_t* local) {
  const int width = source.width;
  for (int i = 0; i < count; ++i) {
    const uint16_t* from = source.halves + static_cast<int64_t>(rows[i]) * width;
    if (i + kAhead < count) {
      const uint16_t* later = source.halves + static_cast<int64_t>(rows[i + kAhead]) * width;
      for (int c = 0; c < width; c += kTileWidth) _mm_prefetch(later + c, _MM_HINT_T0);
    }
    for (int c = 0; c < width; c += kTileWidth, local += kTileWidth) {
      const int left = width - c;
      const __mmask32 lanes = left >= kTileWidth ? 0xFFFFFFFFu : (1u << left) - 1;
      _mm512_store_si512(local, _mm512_maskz_loadu_epi16(lanes, from + c));
    }
  }
}

void take_rows(const Bf16Source& source, const int32_t* rows, int count, int planes,
               uint16_t* local) {
  if (source.halves != nullptr)
    take_halves(source, rows, count, local);
  else if (planes == 1)
    take_floats<1>(source, rows, count, local);
  else
    take_floats<kFloatPlanes>(source, rows, count, local);
}

// Twice a block's rows, [in_tiles][planes][kBlockRows][kTileWidth], and twice its products,
// [out_tiles][kBlockRows][kTileWidth] floats.
int64_t scratch(const Bf16View& weight) {
  return int64_t{2} * kBlock * (weight.in_tiles * weight.planes + 2 * weight.out_tiles);
}

// What vectors do while the tiles are at work: bring the next block's rows together, and add the
// products of the one before to their sums, some rows at a time.
struct Beside {
  const Pair *next, *before;
  const uint16_t* local;
  const float* products;
  uint16_t* rows;
  float* sums;
  int in_lines, out_tiles;  // of a local row and of a sum
  int step, at = 0;         // rows at a time; the next row

  void gather_one() const {
    const uint16_t* from = local + static_cast<int64_t>(next[at].from) * in_lines * kTileWidth;
    uint16_t* to = rows + at * kTileWidth;
    for (int line = 0; line < in_lines; ++line, from += kTileWidth, to += kBlock)
      _mm512_store_si512(to, _mm512_load_si512(from));
  }

  void scatter_one() const {
    float* to = sums + static_cast<int64_t>(before[at].to) * out_tiles * kTileWidth;
    const float* from = products + at * kTileWidth;
    for (int tile = 0; tile < out_tiles; ++tile, from += kBlock, to += kTileWidth) {
      _mm512_store_ps(to, _mm512_add_ps(_mm512_load_ps(to), _mm512_load_ps(from)));
      _mm512_store_ps(to + kLanes,
                      _mm512_add_ps(_mm512_load_ps(to + kLanes), _mm512_load_ps(from + kLanes)));
    }
  }

  void some() {
    for (int i = 0; i < step && at < kBlockRows; ++i, ++at) {
      gather_one();
      scatter_one();
    }
  }

  void rest() {
    step = kBlockRows;
    some();
  }
};

template <bool kBoth>
void load_rows(const uint16_t* rows) {
  _tile_loadd(4, rows, 64);
  if constexpr (kBoth) _tile_loadd(5, rows + kTile, 64);
}

void load_weight(const uint16_t* weight) {
  _tile_loadd(6, weight, 64);
  _tile_loadd(7, weight + kTile, 64);
}

template <bool kBoth>
void multiply_tiles(Beside& beside) {
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
  if constexpr (kBoth) {
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  beside.some();
}

// 32 channels of 32 rows (16 unless kBoth) times 32 output channels; the planes that weigh least
// do not meet each other.
template <int kPlanes, bool kBoth>
void multiply_planes(const uint16_t* rows, const uint16_t* weight, Beside& beside) {
  load_rows<kBoth>(rows);
  load_weight(weight);
  multiply_tiles<kBoth>(beside);
  if constexpr (kPlanes == kFloatPlanes) {
    load_rows<kBoth>(rows + kBlock);
    multiply_tiles<kBoth>(beside);
    load_rows<kBoth>(rows + 2 * kBlock);
    multiply_tiles<kBoth>(beside);
    load_weight(weight + kBlock);
    load_rows<kBoth>(rows + kBlock);
    multiply_tiles<kBoth>(beside);
    load_rows<kBoth>(rows);
    multiply_tiles<kBoth>(beside);
    load_weight(weight + 2 * kBlock);
    multiply_tiles<kBoth>(beside);
  }
}

template <int kPlanes, bool kBoth>
void multiply_block(const uint16_t* rows, const uint16_t* weight, const Bf16View& shape,
                    float* products, Beside& beside) {
  for (int o = 0; o < shape.out_tiles; ++o, products += kBlock) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int c = 0; c < shape.in_tiles; ++c, weight += kPlanes * kBlock)
      multiply_planes<kPlanes, kBoth>(rows + c * kPlanes * kBlock, weight, beside);
    _tile_stored(0, products, 128);
    _tile_stored(1, products + kLanes, 128);
    if constexpr (kBoth) {
      _tile_stored(2, products + kTile, 128);
      _tile_stored(3, products + kTile + kLanes, 128);
    }
  }
}

template <int kPlanes>
void add_products_of(const PairBlock* blocks, int count, const uint16_t* local,
                     const Bf16View& weight, float* sums, uint16_t* scratch) {
  const int lines = weight.in_tiles * kPlanes;
  const int64_t column_step = int64_t{kBlock} * lines * weight.out_tiles;
  const int times = weight.in_tiles * weight.out_tiles * products_of(kPlanes);
  uint16_t* rows[2] = {scratch, scratch + kBlock * lines};
  auto* floats = reinterpret_cast<float*>(scratch + 2 * kBlock * lines);
  float* products[2] = {floats, floats + kBlock * weight.out_tiles};
  if (count == 0) return;
  Beside beside{blocks[0].pairs, nullptr,          local, nullptr, rows[0], sums,
                lines,           weight.out_tiles, 0};
  for (; beside.at < kBlockRows; ++beside.at) beside.gather_one();
  for (int i = 0; i < kBlock * weight.out_tiles; ++i) products[1][i] = 0;
  for (int b = 0; b < count; ++b) {
    // At both ends a block stands in for the one that is not there: the rows are brought together
    // for nobody, and of the products, which are zero, nothing is added.
    beside.next = blocks[b + 1 < count ? b + 1 : b].pairs;
    beside.before = blocks[b > 0 ? b - 1 : b].pairs;
    beside.rows = rows[(b + 1) % 2];
    beside.products = products[(b + 1) % 2];
    beside.step = (kBlockRows + times - 1) / times;
    beside.at = 0;
    const uint16_t* w = weight.packed + blocks[b].column * column_step;
    forget_memory();
    if (blocks[b].both)
      multiply_block<kPlanes, true>(rows[b % 2], w, weight, products[b % 2], beside);
    else
      multiply_block<kPlanes, false>(rows[b % 2], w, weight, products[b % 2], beside);
    beside.rest();
  }
  forget_memory();
  beside.before = blocks[count - 1].pairs;
  beside.products = products[(count - 1) % 2];
  for (beside.at = 0; beside.at < kBlockRows; ++beside.at) beside.scatter_one();
}

void add_products(const PairBlock* blocks, int count, const uint16_t* local, const Bf16View& weight,
                  float* sums, uint16_t* scratch) {
  if (weight.planes == 1)
    add_products_of<1>(blocks, count, local, weight, sums, scratch);
  else
    add_products_of<kFloatPlanes>(blocks, count, local, weight, sums, scratch);
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
  static const Bf16Kernels kernels{"amx_bf16", enter,        leave,    take_rows,
                                   scratch,    add_products, norm_relu};
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
