// The inner loops for AVX2.

#include "sparse_kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define VECTOR_BYTES 32
// 3 x 4 sums, 3 weights and a number fill the 16 registers, and fit widths of 24 and 48.
#define WIDE 3
#define WIDE_ROWS 4
#define ROWS 6
#include "sparse_kernel_loops.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

namespace detailbase {
const SparseKernels* avx2_kernels() {
  static const SparseKernels kernels{"avx2", kLanes, add_products, add_outer};
  const bool runs = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return runs ? &kernels : nullptr;
}
}  // namespace detailbase

#else

namespace detailbase {
const SparseKernels* avx2_kernels() { return nullptr; }
}  // namespace detailbase

#endif
