// The inner loops of sparse convolution, one set per instruction set, chosen at run time.

#pragma once

#include <cstdint>

namespace detailbase {

// "Row `from` of the source takes part in row `to` of the result."
struct Pair {
  int32_t to;
  int32_t from;
};

struct SparseKernels {
  const char* name;
  int lanes;  // floats per vector; padded widths are multiples of it

  // sums[to][o] += sum over c of source[from][c] * weight[c][o], pair by pair in order.
  // source: rows of `in` floats. weight: [in][padded_out]. sums: rows of padded_out floats.
  void (*add_products)(const Pair* pairs, int count, const float* source, int in,
                       const float* weight, int padded_out, float* sums);

  // total[o][c] += sum over p < count of left[p][o] * source[p][c].
  // left: rows of `out` floats. source: rows of padded_in floats. total: [out][padded_in].
  void (*add_outer)(const float* left, int out, const float* source, int padded_in, int count,
                    float* total);
};

// Null where the compiler or the machine cannot run them.
const SparseKernels* avx512_kernels();
const SparseKernels* avx2_kernels();
const SparseKernels* portable_kernels();

}  // namespace detailbase
