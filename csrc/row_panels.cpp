#include "row_panels.h"

#include <algorithm>

#include "sparse_conv.h"

namespace detailbase {

RowPanels::RowPanels(const float* rows, int64_t batch, int64_t count, int width, int threads)
    : batch_(batch), count_(count), width_(width) {
  packed_.resize(batch * panels() * width * kPanelRows);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t index = 0; index < batch * panels(); ++index) {
    const int64_t b = index / panels(), first = index % panels() * kPanelRows;
    const auto here = static_cast<int>(std::min<int64_t>(kPanelRows, count - first));
    float* to = packed_.data() + index * width * kPanelRows;
    for (int r = 0; r < here; ++r) {
      const float* row = rows + (b * count + first + r) * width;
      for (int c = 0; c < width; ++c) to[c * kPanelRows + r] = row[c];
    }
  }
}

void RowPanels::add_products(const float* left, int64_t lefts, float* result, int threads) const {
  constexpr int kMost = 64;  // rows of `left` at a time: their sums stay in the cache
  const SparseKernels& kernels = kernels_in_use();
  std::vector<Pair> each(kMost);
  for (int m = 0; m < kMost; ++m) each[m] = {m, m};
#pragma omp parallel num_threads(threads)
  {
    std::vector<float> sums(static_cast<size_t>(kMost) * kPanelRows);
#pragma omp for schedule(static)
    for (int64_t index = 0; index < batch_ * panels(); ++index) {
      const int64_t b = index / panels(), first = index % panels() * kPanelRows;
      const int64_t here = std::min<int64_t>(kPanelRows, count_ - first);
      for (int64_t begin = 0; begin < lefts; begin += kMost) {
        const auto some = static_cast<int>(std::min<int64_t>(kMost, lefts - begin));
        float* to = result + (b * lefts + begin) * count_ + first;
        for (int m = 0; m < some; ++m)
          std::copy_n(to + m * count_, here, sums.data() + m * kPanelRows);
        kernels.add_products(each.data(), some, left + (b * lefts + begin) * width_, width_,
                             panel(b, first), kPanelRows, sums.data());
        for (int m = 0; m < some; ++m)
          std::copy_n(sums.data() + m * kPanelRows, here, to + m * count_);
      }
    }
  }
}

}  // namespace detailbase
