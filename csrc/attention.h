// Attention of many scenes' queries to rows that are kept in several blocks, in one pass over them:
// weights of all rows at once would leave the cache between the steps.
#pragma once

#include <cstdint>
#include <vector>

#include "row_panels.h"

namespace detailbase {

// Rows that the queries of some scenes attend to.
struct AttendedBlock {
  const RowPanels* keys;       // [scenes * heads, rows, width]
  const RowPanels* positions;  // [scenes, rows, their width]: the rows' part of a bias
  const float* values;         // [scenes * heads, rows, value width]
};

// Scenes whose rows are cut into the same blocks.
struct AttendedScenes {
  std::vector<AttendedBlock> blocks;
  int64_t count;
};

struct AttentionQueries {
  int64_t heads, count;      // queries of each head
  const float* queries;      // [scenes * heads, count, width], scaled
  const float* preferences;  // [scenes * heads, count, width of positions]: their part of a bias
  const bool* allowed;       // [scenes, count, rows]
  int64_t rows;              // of the scene that has most
  int value_width;
};

// result[b, q]: the sum of softmax(queries[b, q] . keys[b, r] + preferences[b, q] . positions[s,
// r]) times values[b, r], over the rows r that are allowed, with s = b / heads; NaN where none is.
// [scenes * heads, count, value_width]. The number of threads never changes it.
void attend(const std::vector<AttendedScenes>& scenes, const AttentionQueries& asked, float* result,
            int threads);

}  // namespace detailbase
