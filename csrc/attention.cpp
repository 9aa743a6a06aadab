#include "attention.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "exponential.h"
#include "prefetch.h"
#include "sparse_conv.h"
#include "vectorized.h"

namespace detailbase {
namespace {

constexpr int kPanel = RowPanels::kPanelRows;
constexpr int kMost = 32;  // queries at a time
constexpr int kLanes = 16;
static_assert(kPanel % kLanes == 0, "panels are whole lanes");

constexpr float kNever = -std::numeric_limits<float>::infinity();

// Of each number that is not allowed -inf; the largest of all. `fit` holds a panel's.
DETAILBASE_VECTORIZED
float largest_allowed(float* fit, const bool* allowed) {
  float most[kLanes];
  for (float& one : most) one = kNever;
  for (int begin = 0; begin < kPanel; begin += kLanes) {
    for (int l = 0; l < kLanes; ++l) {
      const float x = allowed[begin + l] ? fit[begin + l] : kNever;
      fit[begin + l] = x;
      most[l] = x > most[l] ? x : most[l];
    }
  }
  return *std::max_element(most, most + kLanes);
}

// exp(fit - most) in place of each number of a panel; their sum.
DETAILBASE_VECTORIZED
float exponentials(float* fit, float most) {
  float sums[kLanes] = {};
  for (int begin = 0; begin < kPanel; begin += kLanes) {
    for (int l = 0; l < kLanes; ++l) {
      const float y = exponential(fit[begin + l] - most);
      fit[begin + l] = y;
      sums[l] += y;
    }
  }
  float sum = 0;
  for (const float one : sums) sum += one;
  return sum;
}

// One head's queries, up to kMost, on their way through all rows.
class Attending {
 public:
  explicit Attending(const AttentionQueries& asked)
      : asked_(asked),
        fits_(kMost * kPanel),
        sums_(static_cast<size_t>(kMost) * asked.value_width) {}

  // `own`: the scene's place among those of its blocks.
  void run(const std::vector<AttendedBlock>& blocks, int64_t scene, int64_t own, int64_t head,
           int64_t first, int count, float* result) {
    const int width = asked_.value_width;
    std::fill(sums_.begin(), sums_.end(), 0.0f);
    std::fill_n(most_, kMost, kNever);
    std::fill_n(totals_, kMost, 0.0f);
    const int64_t query = (scene * asked_.heads + head) * asked_.count + first;
    const bool* allowed = asked_.allowed + (scene * asked_.count + first) * asked_.rows;
    for (const AttendedBlock& block : blocks) {
      for (int64_t begin = 0; begin < block.keys->count(); begin += kPanel)
        panel(block, own, head, query, count, begin, allowed + begin);
      allowed += block.keys->count();
    }
    for (int q = 0; q < count; ++q) {
      for (int c = 0; c < width; ++c) result[q * width + c] = sums_[q * width + c] / totals_[q];
    }
  }

 private:
  void panel(const AttendedBlock& block, int64_t own, int64_t head, int64_t query, int count,
             int64_t begin, const bool* allowed) {
    const int64_t rows = block.keys->count(), batch = own * asked_.heads + head;
    const auto here = static_cast<int>(std::min<int64_t>(kPanel, rows - begin));
    const int used = take_allowed(allowed, count, here);
    if (used == 0) return;
    // The next panel is on its way from memory meanwhile.
    const float* values = block.values + (batch * rows + begin) * asked_.value_width;
    prefetch(values + here * asked_.value_width, kPanel * asked_.value_width);
    const int key_width = block.keys->width();
    prefetch(block.keys->panel(batch, begin) + kPanel * key_width, kPanel * key_width);
    const SparseKernels& kernels = kernels_in_use();
    std::fill_n(fits_.begin(), used * kPanel, 0.0f);
    const auto add = [&](const RowPanels& panels, int64_t of, const float* left) {
      kernels.add_products(queries_, used, left + query * panels.width(), panels.width(),
                           panels.panel(of, begin), kPanel, fits_.data());
    };
    add(*block.positions, own, asked_.preferences);
    add(*block.keys, batch, asked_.queries);
    weigh(used);
    // The last panel may be shorter than the others.
    for (int u = 1; here < kPanel && u < used; ++u)
      std::copy_n(fits_.begin() + u * kPanel, here, fits_.begin() + u * here);
    for (int u = 0; u < used; ++u) to_[u] = {queries_[u].from, u};
    const int width = asked_.value_width;
    kernels.add_products(to_, used, fits_.data(), here, values, width, sums_.data());
  }

  // Which queries may look at any of a panel's rows, and at which; their number.
  int take_allowed(const bool* allowed, int count, int here) {
    int used = 0;
    for (int q = 0; q < count; ++q) {
      const bool* own = allowed + q * asked_.rows;
      prefetch(own + kPanel, 1);
      if (std::memchr(own, true, here) == nullptr) continue;
      queries_[used] = {used, q};
      std::copy_n(own, here, allowed_ + used * kPanel);
      std::fill(allowed_ + used * kPanel + here, allowed_ + (used + 1) * kPanel, false);
      ++used;
    }
    return used;
  }

  // Weights of a panel's rows, and what came before made fit to them.
  void weigh(int used) {
    const int width = asked_.value_width;
    for (int u = 0; u < used; ++u) {
      const int q = queries_[u].from;
      float* fit = fits_.data() + u * kPanel;
      const float most = std::max(most_[q], largest_allowed(fit, allowed_ + u * kPanel));
      if (most != most_[q]) {
        const float part = exponential(most_[q] - most);
        for (int c = 0; c < width; ++c) sums_[q * width + c] *= part;
        totals_[q] *= part;
        most_[q] = most;
      }
      totals_[q] += exponentials(fit, most);
    }
  }

  const AttentionQueries& asked_;
  std::vector<float> fits_, sums_;
  float most_[kMost], totals_[kMost];
  bool allowed_[kMost * kPanel];
  Pair queries_[kMost], to_[kMost];
};

}  // namespace

void attend(const std::vector<AttendedScenes>& scenes, const AttentionQueries& asked, float* result,
            int threads) {
  struct Task {
    const AttendedScenes* of;
    int64_t scene, own, head, first;
  };
  std::vector<Task> tasks;
  int64_t scene = 0;
  for (const AttendedScenes& some : scenes) {
    for (int64_t own = 0; own < some.count; ++own, ++scene)
      for (int64_t head = 0; head < asked.heads; ++head)
        for (int64_t first = 0; first < asked.count; first += kMost)
          tasks.push_back({&some, scene, own, head, first});
  }
#pragma omp parallel num_threads(threads)
  {
    Attending attending(asked);
#pragma omp for schedule(dynamic)
    for (size_t index = 0; index < tasks.size(); ++index) {
      const Task& task = tasks[index];
      const auto count = static_cast<int>(std::min<int64_t>(kMost, asked.count - task.first));
      float* to = result + ((task.scene * asked.heads + task.head) * asked.count + task.first) *
                               asked.value_width;
      attending.run(task.of->blocks, task.scene, task.own, task.head, task.first, count, to);
    }
  }
}

}  // namespace detailbase
