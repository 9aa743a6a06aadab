// Masks that the queries of many scenes draw over rows kept in several blocks, and what the next
// attention wants to know of them, in one pass.
#pragma once

#include <cstdint>
#include <vector>

#include "row_panels.h"
#include "vec3.h"

namespace detailbase {

struct DrawnBlock {
  const RowPanels* features;   // [scenes, rows, width]
  const RowPanels* positions;  // [scenes, rows, their width]; looked at where there are preferences
};

// Scenes whose rows are cut into the same blocks.
struct DrawnScenes {
  std::vector<DrawnBlock> blocks;
  int64_t count;
};

struct MaskQueries {
  int64_t count;             // of each scene
  const float* queries;      // [scenes, count, width]
  const float* preferences;  // [scenes, count, width of positions], or null
  int64_t rows;              // of the scene that has most
  const Vec3* places;        // [scenes, rows]
  const bool* padding;       // [scenes, rows]: where there is none
};

// logits[s, q, r] = queries[s, q] . features[s, r] + preferences[s, q] . positions[s, r], 0 behind
// the blocks' rows. visible[s, q, r]: where the probability is at least 0.5; everywhere where it is
// so nowhere; never at padding. centroids[s, q]: the mean place by probability. The number of
// threads never changes any of them.
void draw_masks(const std::vector<DrawnScenes>& scenes, const MaskQueries& asked, float* logits,
                bool* visible, Vec3* centroids, int threads);

}  // namespace detailbase
