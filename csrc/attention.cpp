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

// Heads `first` to `end` - 1.
struct Heads {
  int64_t first, end;
};

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

// Some heads' queries, up to kMost of each, on their way through all rows: what is the same for all
// heads, where rows lie and who may look, is read once.
class Attending {
 public:
  explicit Attending(const AttentionQueries& asked)
      : asked_(asked),
        fits_(asked.heads * kMost * kPanel),
        sums_(asked.heads * kMost * asked.value_width),
        most_(asked.heads * kMost),
        totals_(asked.heads * kMost),
        each_(asked.heads * kMost) {}

  // `own`: the scene's place among those of its blocks. `result`: of the scene's first query.
  void run(const std::vector<AttendedBlock>& blocks, int64_t scene, int64_t own, Heads heads,
           int64_t first, int count, float* result) {
    const int width = asked_.value_width;
    std::fill(sums_.begin(), sums_.end(), 0.0f);
    std::fill(most_.begin(), most_.end(), kNever);
    std::fill(totals_.begin(), totals_.end(), 0.0f);
    const int64_t query = scene * asked_.heads * asked_.count + first;
    const bool* allowed = asked_.allowed + (scene * asked_.count + first) * asked_.rows;
    for (const AttendedBlock& block : blocks) {
      for (int64_t begin = 0; begin < block.keys->count(); begin += kPanel)
        panel(block, own, heads, query, count, begin, allowed + begin);
      allowed += block.keys->count();
    }
    for (int64_t h = heads.first; h < heads.end; ++h) {
      float* to = result + (h * asked_.count + first) * width;
      for (int q = 0; q < count; ++q) {
        const int64_t at = h * kMost + q;
        for (int c = 0; c < width; ++c) to[q * width + c] = sums_[at * width + c] / totals_[at];
      }
    }
  }

 private:
  // `query`: the first head's first one.
  void panel(const AttendedBlock& block, int64_t own, Heads heads, int64_t query, int count,
             int64_t begin, const bool* allowed) {
    const int64_t rows = block.keys->count();
    const auto here = static_cast<int>(std::min<int64_t>(kPanel, rows - begin));
    const int used = take_allowed(allowed, count, here);
    if (used == 0) return;
    const SparseKernels& kernels = kernels_in_use();
    const int width = asked_.value_width, key_width = block.keys->width();
    int all = 0;
    for (int64_t h = heads.first; h < heads.end; ++h) {
      for (int u = 0; u < used; ++u, ++all)
        each_[all] = {all, static_cast<int>(h * asked_.count) + queries_[u].from};
    }
    std::fill_n(fits_.begin(), all * kPanel, 0.0f);
    const int bias_width = block.positions->width();
    kernels.add_products(each_.data(), all, asked_.preferences + query * bias_width, bias_width,
                         block.positions->panel(own, begin), kPanel, fits_.data());
    for (int64_t h = heads.first; h < heads.end; ++h) {
      float* fits = fits_.data() + (h - heads.first) * used * kPanel;
      const int64_t batch = own * asked_.heads + h;
      // The next panel is on its way from memory meanwhile.
      const float* keys = block.keys->panel(batch, begin);
      const float* values = block.values + (batch * rows + begin) * width;
      prefetch(keys + kPanel * key_width, kPanel * key_width);
      prefetch(values + here * width, kPanel * width);
      kernels.add_products(queries_, used, asked_.queries + (query + h * asked_.count) * key_width,
                           key_width, keys, kPanel, fits);
      weigh(h, used, fits);
      // The last panel may be shorter than the others.
      for (int u = 1; here < kPanel && u < used; ++u)
        std::copy_n(fits + u * kPanel, here, fits + u * here);
      for (int u = 0; u < used; ++u) to_[u] = {queries_[u].from, u};
      kernels.add_products(to_, used, fits, here, values, width, sums_.data() + h * kMost * width);
    }
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

  // Weights of a panel's rows by a head, and what came before made fit to them.
  void weigh(int64_t head, int used, float* fits) {
    const int width = asked_.value_width;
    for (int u = 0; u < used; ++u) {
      const int64_t at = head * kMost + queries_[u].from;
      float* fit = fits + u * kPanel;
      const float most = std::max(most_[at], largest_allowed(fit, allowed_ + u * kPanel));
      if (most != most_[at]) {
        const float part = exponential(most_[at] - most);
        for (int c = 0; c < width; ++c) sums_[at * width + c] *= part;
        totals_[at] *= part;
        most_[at] = most;
      }
      totals_[at] += exponentials(fit, most);
    }
  }

  const AttentionQueries& asked_;
  std::vector<float> fits_, sums_, most_, totals_;
  std::vector<Pair> each_;
  bool allowed_[kMost * kPanel];
  Pair queries_[kMost], to_[kMost];
};

}  // namespace

void attend(const std::vector<AttendedScenes>& scenes, const AttentionQueries& asked, float* result,
            int threads) {
  struct Task {
    const AttendedScenes* of;
    int64_t scene, own;
    Heads heads;
    int64_t first;
  };
  int64_t count = 0;
  for (const AttendedScenes& some : scenes) count += some.count;
  // Heads apart only where there is too little else to share out.
  const bool together = count * ((asked.count + kMost - 1) / kMost) >= threads;
  const int64_t some_heads = together ? asked.heads : 1;
  std::vector<Task> tasks;
  int64_t scene = 0;
  for (const AttendedScenes& some : scenes) {
    for (int64_t own = 0; own < some.count; ++own, ++scene)
      for (int64_t head = 0; head < asked.heads; head += some_heads)
        for (int64_t first = 0; first < asked.count; first += kMost)
          tasks.push_back({&some, scene, own, {head, head + some_heads}, first});
  }
#pragma omp parallel num_threads(threads)
  {
    Attending attending(asked);
#pragma omp for schedule(dynamic)
    for (size_t index = 0; index < tasks.size(); ++index) {
      const Task& task = tasks[index];
      const auto count = static_cast<int>(std::min<int64_t>(kMost, asked.count - task.first));
      attending.run(task.of->blocks, task.scene, task.own, task.heads, task.first, count,
                    result + task.scene * asked.heads * asked.count * asked.value_width);
    }
  }
}

}  // namespace detailbase
