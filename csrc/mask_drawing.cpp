#include "mask_drawing.h"

#include <algorithm>

#include "exponential.h"
#include "prefetch.h"
#include "sparse_conv.h"
#include "vectorized.h"

namespace detailbase {
namespace {

constexpr int kPanel = RowPanels::kPanelRows;
constexpr int kMost = 32;  // queries at a time
constexpr int kLanes = 16;
constexpr float kOn = 0.5f;           // probability where a mask is on
constexpr float kLeastTotal = 1e-6f;  // of probabilities, for a mean
static_assert(kPanel % kLanes == 0, "panels are whole lanes");

// What a query's mask adds up to: probabilities, places times these, and the largest one.
struct Sums {
  float total[kLanes], x[kLanes], y[kLanes], z[kLanes], most[kLanes];
};

// A panel's rows, their places apart by axis.
struct PanelRows {
  float x[kPanel], y[kPanel], z[kPanel];
  float there[kPanel];  // 1, or 0 at padding and behind the last row
};

DETAILBASE_VECTORIZED
void add_panel(const float* logits, const PanelRows& rows, bool* visible, Sums& sums) {
  float probabilities[kPanel];
  for (int r = 0; r < kPanel; ++r) {
    const float near = logits[r] < -87.0f ? -87.0f : logits[r];
    probabilities[r] = rows.there[r] / (1.0f + exponential(-near));
  }
  for (int begin = 0; begin < kPanel; begin += kLanes) {
    for (int l = 0; l < kLanes; ++l) {
      const float p = probabilities[begin + l];
      sums.total[l] += p;
      sums.x[l] += p * rows.x[begin + l];
      sums.y[l] += p * rows.y[begin + l];
      sums.z[l] += p * rows.z[begin + l];
      sums.most[l] = p > sums.most[l] ? p : sums.most[l];
    }
  }
  for (int r = 0; r < kPanel; ++r) visible[r] = probabilities[r] >= kOn;
}

float sum_of(const float* lanes) {
  float sum = 0;
  for (int l = 0; l < kLanes; ++l) sum += lanes[l];
  return sum;
}

// One scene's queries, up to kMost, on their way through all rows.
class Drawing {
 public:
  explicit Drawing(const MaskQueries& asked) : asked_(asked), products_(kMost * kPanel) {
    for (int m = 0; m < kMost; ++m) each_[m] = {m, m};
  }

  // `own`: the scene's place among those of its blocks; results are those of its first query here.
  void run(const std::vector<DrawnBlock>& blocks, int64_t scene, int64_t own, int64_t first,
           int count, float* logits, bool* visible, Vec3* centroids) {
    std::fill_n(sums_, kMost, Sums{});
    int64_t row = 0;
    for (const DrawnBlock& block : blocks) {
      for (int64_t begin = 0; begin < block.features->count(); begin += kPanel)
        panel(block, scene, own, first, count, begin, row + begin, logits, visible);
      row += block.features->count();
    }
    for (int q = 0; q < count; ++q) {
      const Sums& of = sums_[q];
      const float share = 1.0f / std::max(sum_of(of.total), kLeastTotal);
      centroids[q] = share * Vec3{sum_of(of.x), sum_of(of.y), sum_of(of.z)};
      std::fill_n(logits + q * asked_.rows + row, asked_.rows - row, 0.0f);
      bool* seen = visible + q * asked_.rows;
      std::fill_n(seen + row, asked_.rows - row, false);
      if (*std::max_element(of.most, of.most + kLanes) >= kOn) continue;
      const bool* padding = asked_.padding + scene * asked_.rows;
      for (int64_t r = 0; r < row; ++r) seen[r] = !padding[r];
    }
  }

 private:
  // `at`: the panel's first row among those of all blocks.
  void panel(const DrawnBlock& block, int64_t scene, int64_t own, int64_t first, int count,
             int64_t begin, int64_t at, float* logits, bool* visible) {
    const SparseKernels& kernels = kernels_in_use();
    const auto here = static_cast<int>(std::min<int64_t>(kPanel, block.features->count() - begin));
    const int width = block.features->width();  // the next panel is on its way meanwhile
    prefetch(block.features->panel(own, begin) + kPanel * width, kPanel * width);
    std::fill_n(products_.begin(), count * kPanel, 0.0f);
    const auto add = [&](const RowPanels& panels, const float* left) {
      left += (scene * asked_.count + first) * panels.width();
      kernels.add_products(each_, count, left, panels.width(), panels.panel(own, begin), kPanel,
                           products_.data());
    };
    add(*block.features, asked_.queries);
    if (asked_.preferences != nullptr) add(*block.positions, asked_.preferences);
    PanelRows rows{};
    for (int r = 0; r < here; ++r) {
      const int64_t from = scene * asked_.rows + at + r;
      const Vec3& place = asked_.places[from];
      rows.x[r] = place.x, rows.y[r] = place.y, rows.z[r] = place.z;
      rows.there[r] = asked_.padding[from] ? 0.0f : 1.0f;
    }
    bool on[kPanel];
    for (int q = 0; q < count; ++q) {
      const float* product = products_.data() + q * kPanel;
      add_panel(product, rows, on, sums_[q]);
      std::copy_n(product, here, logits + q * asked_.rows + at);
      std::copy_n(on, here, visible + q * asked_.rows + at);
    }
  }

  const MaskQueries& asked_;
  std::vector<float> products_;
  Sums sums_[kMost];
  Pair each_[kMost];
};

}  // namespace

void draw_masks(const std::vector<DrawnScenes>& scenes, const MaskQueries& asked, float* logits,
                bool* visible, Vec3* centroids, int threads) {
  struct Task {
    const DrawnScenes* of;
    int64_t scene, own, first;
  };
  std::vector<Task> tasks;
  int64_t scene = 0;
  for (const DrawnScenes& some : scenes) {
    for (int64_t own = 0; own < some.count; ++own, ++scene)
      for (int64_t first = 0; first < asked.count; first += kMost)
        tasks.push_back({&some, scene, own, first});
  }
#pragma omp parallel num_threads(threads)
  {
    Drawing drawing(asked);
#pragma omp for schedule(dynamic)
    for (size_t index = 0; index < tasks.size(); ++index) {
      const Task& task = tasks[index];
      const auto count = static_cast<int>(std::min<int64_t>(kMost, asked.count - task.first));
      const int64_t query = task.scene * asked.count + task.first;
      drawing.run(task.of->blocks, task.scene, task.own, task.first, count,
                  logits + query * asked.rows, visible + query * asked.rows, centroids + query);
    }
  }
}

}  // namespace detailbase
