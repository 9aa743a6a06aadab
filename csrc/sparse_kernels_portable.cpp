// The inner loops for every other machine: 128-bit vectors (SSE2, NEON) or plain floats.

#include "sparse_kernels.h"

#define VECTOR_BYTES 16
#define WIDE 2
#define WIDE_ROWS 4
#define ROWS 4
#include "sparse_kernel_loops.h"

namespace detailbase {
const SparseKernels* portable_kernels() {
  static const SparseKernels kernels{"portable", kLanes, add_products, add_outer};
  return &kernels;
}
}  // namespace detailbase
