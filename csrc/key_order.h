// Rows in the order of their keys: the sort that maps, voxels and superpoints share.

#pragma once

#include <cstdint>

#include "buffer.h"

namespace detailbase {

struct KeyedRow {
  uint64_t key;
  int32_t row;
};

// By ascending key, equal keys in the order they came in. The number of threads never changes the
// result.
void sort_by_key(Buffer<KeyedRow>& rows, int threads);

// The threads that a parallel region of the module's own would take.
int default_threads();

}  // namespace detailbase
