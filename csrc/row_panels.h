// Rows that many others are multiplied with, one question after the other: packed once, so that a
// product reads them in order.
#pragma once

#include <cstdint>
#include <vector>

namespace detailbase {

class RowPanels {
 public:
  // rows: [batch, count, width].
  RowPanels(const float* rows, int64_t batch, int64_t count, int width, int threads);

  int64_t batch() const { return batch_; }
  int64_t count() const { return count_; }
  int width() const { return width_; }

  // result[b, m, r] += left[b, m] . rows[b, r], for m < lefts. The number of threads never changes
  // it.
  void add_products(const float* left, int64_t lefts, float* result, int threads) const;

  static constexpr int kPanelRows = 48;  // whole vectors of every instruction set

  // [width, kPanelRows]: rows from `first` on, a multiple of kPanelRows; zeros behind the last row.
  const float* panel(int64_t b, int64_t first) const {
    return packed_.data() + (b * panels() * kPanelRows + first) * width_;
  }

 private:
  int64_t panels() const { return (count_ + kPanelRows - 1) / kPanelRows; }

  int64_t batch_, count_;
  int width_;
  std::vector<float> packed_;  // [batch, panels, width, kPanelRows], zeros behind the last row
};

}  // namespace detailbase
