// Included once per instruction set, with VECTOR_BYTES defined and the target switched on.
// Nothing of the standard library is used here: its inline functions would be compiled for this
// target, and the linker could hand them to code that runs on any machine.

namespace detailbase {
namespace {

#if defined(__GNUC__)
typedef float Vector __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
constexpr int kLanes = VECTOR_BYTES / 4;
inline Vector load(const float* p) { return *reinterpret_cast<const Vector*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Vector*>(p) = v; }
#else
using Vector = float;
constexpr int kLanes = 1;
inline Vector load(const float* p) { return *p; }
inline void store(float* p, Vector v) { *p = v; }
#endif

#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define UNROLL _Pragma("GCC unroll 16")
#else
#define UNROLL
#endif

// `Rows` x `Vectors` accumulators stay in registers while the inner dimension runs.
template <int Rows, int Vectors>
void products_block(const Pair* pairs, const float* source, int in, const float* weight,
                    int padded_out, float* sums) {
  const float* row[Rows];
  Vector sum[Rows][Vectors];
  UNROLL
  for (int r = 0; r < Rows; ++r) {
    row[r] = source + static_cast<int64_t>(pairs[r].from) * in;
    const float* begin = sums + static_cast<int64_t>(pairs[r].to) * padded_out;
    UNROLL
    for (int v = 0; v < Vectors; ++v) sum[r][v] = load(begin + v * kLanes);
  }
  for (int c = 0; c < in; ++c, weight += padded_out) {
    Vector w[Vectors];
    UNROLL
    for (int v = 0; v < Vectors; ++v) w[v] = load(weight + v * kLanes);
    UNROLL
    for (int r = 0; r < Rows; ++r) {
      const float x = row[r][c];
      UNROLL
      for (int v = 0; v < Vectors; ++v) sum[r][v] += x * w[v];
    }
  }
  UNROLL
  for (int r = 0; r < Rows; ++r) {
    float* begin = sums + static_cast<int64_t>(pairs[r].to) * padded_out;
    UNROLL
    for (int v = 0; v < Vectors; ++v) store(begin + v * kLanes, sum[r][v]);
  }
}

// All pairs against `Vectors` vectors of columns: full blocks, then the rest in halves.
template <int Rows, int Vectors>
void products_rows(const Pair* pairs, int count, const float* source, int in, const float* weight,
                   int padded_out, float* sums) {
  for (; count >= Rows; pairs += Rows, count -= Rows)
    products_block<Rows, Vectors>(pairs, source, in, weight, padded_out, sums);
  if constexpr (Rows > 1) {
    if (count > 0)
      products_rows<Rows / 2, Vectors>(pairs, count, source, in, weight, padded_out, sums);
  }
}

void add_products(const Pair* pairs, int count, const float* source, int in, const float* weight,
                  int padded_out, float* sums) {
  int o = 0;
  for (; o + WIDE * kLanes <= padded_out; o += WIDE * kLanes)
    products_rows<WIDE_ROWS, WIDE>(pairs, count, source, in, weight + o, padded_out, sums + o);
  for (; o + 2 * kLanes <= padded_out; o += 2 * kLanes)
    products_rows<ROWS, 2>(pairs, count, source, in, weight + o, padded_out, sums + o);
  for (; o < padded_out; o += kLanes)
    products_rows<ROWS, 1>(pairs, count, source, in, weight + o, padded_out, sums + o);
}

template <int Rows, int Vectors>
void outer_block(const float* left, int out, const float* source, int padded_in, int count,
                 float* total) {
  Vector sum[Rows][Vectors] = {};
  for (int p = 0; p < count; ++p, left += out, source += padded_in) {
    Vector x[Vectors];
    UNROLL
    for (int v = 0; v < Vectors; ++v) x[v] = load(source + v * kLanes);
    UNROLL
    for (int r = 0; r < Rows; ++r) {
      const float y = left[r];
      UNROLL
      for (int v = 0; v < Vectors; ++v) sum[r][v] += y * x[v];
    }
  }
  UNROLL
  for (int r = 0; r < Rows; ++r) {
    float* begin = total + static_cast<int64_t>(r) * padded_in;
    UNROLL
    for (int v = 0; v < Vectors; ++v)
      store(begin + v * kLanes, load(begin + v * kLanes) + sum[r][v]);
  }
}

template <int Rows, int Vectors>
void outer_rows(const float* left, int out, int rows, const float* source, int padded_in, int count,
                float* total) {
  for (; rows >= Rows; rows -= Rows, left += Rows, total += static_cast<int64_t>(Rows) * padded_in)
    outer_block<Rows, Vectors>(left, out, source, padded_in, count, total);
  if constexpr (Rows > 1) {
    if (rows > 0) outer_rows<Rows / 2, Vectors>(left, out, rows, source, padded_in, count, total);
  }
}

void add_outer(const float* left, int out, const float* source, int padded_in, int count,
               float* total) {
  int c = 0;
  for (; c + WIDE * kLanes <= padded_in; c += WIDE * kLanes)
    outer_rows<WIDE_ROWS, WIDE>(left, out, out, source + c, padded_in, count, total + c);
  for (; c + 2 * kLanes <= padded_in; c += 2 * kLanes)
    outer_rows<ROWS, 2>(left, out, out, source + c, padded_in, count, total + c);
  for (; c < padded_in; c += kLanes)
    outer_rows<ROWS, 1>(left, out, out, source + c, padded_in, count, total + c);
}

}  // namespace
}  // namespace detailbase
