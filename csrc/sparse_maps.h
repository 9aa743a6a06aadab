// Kernel maps of voxels in Morton order.

#pragma once

#include <cstdint>

namespace detailbase {

// Rows [count, 27] of each voxel's neighbours (x slowest, z fastest), -1 = none.
// keys: ascending, unique: scene << 48 | interleaved x, y, z (z in bit 0), 16 bits each.
void neighbour_table(const int64_t* keys, int64_t count, int32_t* table, int threads);

}  // namespace detailbase
