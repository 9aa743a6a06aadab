// The inner loops for AVX-512.

#include "sparse_kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,fma,avx2"))), apply_to = function)
#else
#pragma GCC target("avx512f,fma,avx2")
#endif

#define VECTOR_BYTES 64
#define WIDE 4
#define WIDE_ROWS 6
#define ROWS 8
#include "sparse_kernel_loops.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

namespace detailbase {
const SparseKernels* avx512_kernels() {
  static const SparseKernels kernels{"avx512", kLanes, add_products, add_outer};
  const bool runs = __builtin_cpu_supports("avx512f");
  return runs ? &kernels : nullptr;
}
}  // namespace detailbase

#else

namespace detailbase {
const SparseKernels* avx512_kernels() { return nullptr; }
}  // namespace detailbase

#endif
