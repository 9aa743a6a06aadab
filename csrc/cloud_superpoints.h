// Superpoints of a raw cloud: Felzenszwalb merging over voxel adjacency, block by block.
#pragma once

#include <cstdint>
#include <vector>

#include "vec3.h"

namespace detailbase {

struct CloudSuperpointOptions {
  double voxel_size;     // metres
  float threshold;       // k of merge_graph()
  float color_weight;    // of the squared RGB difference, colours in [0, 1]
  float step_weight;     // of the squared distance from each other's plane, voxels^2
  int32_t min_points;    // smaller superpoints join a neighbour
  int32_t block_voxels;  // superpoints never cross blocks of this edge; 0 = one block
};

// Superpoint of each point, dense ids by first appearance. Same input, same answer, however
// many threads. xyz: finite, within kVoxelLimit voxels of the origin.
std::vector<int64_t> segment_cloud(const Vec3* xyz, const uint8_t* rgb, int64_t count,
                                   const CloudSuperpointOptions& options);

}  // namespace detailbase
