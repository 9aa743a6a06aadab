#include "norm_relu.h"

#include <algorithm>

#include "vectorized.h"

namespace detailbase {
namespace {

constexpr int64_t kBlock = 512;  // rows that a thread takes at a time

}  // namespace

DETAILBASE_VECTORIZED
void norm_relu_rows(const float* rows, int64_t count, int width, const float* scale,
                    const float* shift, float* result) {
  for (int64_t row = 0; row < count; ++row, rows += width, result += width) {
    for (int c = 0; c < width; ++c) {
      const float x = rows[c] * scale[c] + shift[c];
      result[c] = x < 0 ? 0 : x;  // NaN stays
    }
  }
}

void norm_relu(const float* rows, int64_t count, int width, const float* scale, const float* shift,
               float* result, int threads) {
  const int64_t blocks = (count + kBlock - 1) / kBlock;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t begin = block * kBlock;
    norm_relu_rows(rows + begin * width, std::min(kBlock, count - begin), width, scale, shift,
                   result + begin * width);
  }
}

}  // namespace detailbase
