// Batch norm with known statistics, then ReLU, in one way through memory.

#pragma once

#include <cstdint>

namespace detailbase {

// result = max(0, rows * scale + shift); rows and result are [count, width], may be the same.
void norm_relu(const float* rows, int64_t count, int width, const float* scale, const float* shift,
               float* result, int threads);

// The same on one thread, for rows that are in its cache.
void norm_relu_rows(const float* rows, int64_t count, int width, const float* scale,
                    const float* shift, float* result);

}  // namespace detailbase
