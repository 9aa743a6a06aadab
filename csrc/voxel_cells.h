// Points to Morton keys of the voxels that they are in (detailbase_core/sparse/morton.py).

#pragma once

#include <cstdint>

#include "vec3.h"

namespace detailbase {

// What is to be known of cells before their keys can be trusted.
struct CellFacts {
  double highest[3];  // cell along x, y, z
  double lowest;      // along any axis
  double extent;      // of the points, metres, along the widest axis
};

// keys[i] of cell floor(xyz / voxel_size) - corner[scene]; corners are whole voxels. The keys mean
// nothing unless the facts are finite and within the grid.
CellFacts cell_keys(const Vec3* xyz, const int64_t* scene, int64_t count, double voxel_size,
                    const double* corners, int64_t* keys, int threads);

// Keys of coords [count, 4] (scene, x, y, z), and coords of keys; x, y, z of 16 bits, the scene
// of 15.
void keys_of_coords(const int32_t* coords, int64_t count, int64_t* keys, int threads);
void coords_of_keys(const int64_t* keys, int64_t count, int32_t* coords, int threads);

}  // namespace detailbase
