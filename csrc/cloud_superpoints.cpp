#include "cloud_superpoints.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "graph_merging.h"
#include "voxel_surface.h"

namespace detailbase {
namespace {

// Plane fits reach two voxels around: enough to average sensor noise away, little enough to
// leave a chair's leg its own planes.
constexpr int kRings = 2;
constexpr int kSharpenRounds = 1;
constexpr float kSharpenTolerance = 0.6f;  // voxels

// Voxels grouped by block: block b holds members [first[b], first[b + 1]).
struct Blocks {
  std::vector<int32_t> block_of_voxel, position_in_block, first, members;
};

int32_t floor_divide(int32_t a, int32_t b) { return a / b - (a % b < 0); }

Blocks split_into_blocks(const VoxelCloud& cloud, int32_t edge) {
  const int32_t count = cloud.size();
  Blocks blocks;
  blocks.block_of_voxel.assign(count, 0);
  blocks.position_in_block.resize(count);
  std::unordered_map<uint64_t, int32_t> ids;
  // Borders are shifted by half a block: floors lie at z = 0, walls often at x or y = 0, and
  // a border along a surface would cut it into crumbs.
  const auto block = [&](int32_t v) { return floor_divide(v + edge / 2, edge); };
  if (edge > 0) {
    uint64_t latest = 0;  // most voxels are in the block of the one before
    int32_t id = -1;
    for (int32_t v = 0; v < count; ++v) {
      const Voxel at = unpack(cloud.keys[v]);
      const uint64_t key = pack({block(at.x), block(at.y), block(at.z)});
      if (id < 0 || key != latest) {
        latest = key;
        id = ids.try_emplace(key, static_cast<int32_t>(ids.size())).first->second;
      }
      blocks.block_of_voxel[v] = id;
    }
  }
  const size_t block_count = edge > 0 ? ids.size() : (count > 0 ? 1 : 0);
  blocks.first.assign(block_count + 1, 0);
  for (int32_t v = 0; v < count; ++v) {
    blocks.position_in_block[v] = blocks.first[blocks.block_of_voxel[v] + 1]++;
  }
  for (size_t b = 0; b < block_count; ++b) blocks.first[b + 1] += blocks.first[b];
  blocks.members.resize(count);
  for (int32_t v = 0; v < count; ++v) {
    blocks.members[blocks.first[blocks.block_of_voxel[v]] + blocks.position_in_block[v]] = v;
  }
  return blocks;
}

float dissimilarity(const VoxelCloud& cloud, const std::vector<Plane>& planes, int32_t a,
                    const Neighbour& to, const CloudSuperpointOptions& options) {
  const int32_t b = to.voxel;
  const Vec3 between = to.step();
  const Vec3 from_a = between + cloud.offset[b] - planes[a].centre;
  const Vec3 from_b = cloud.offset[a] - between - planes[b].centre;
  const float height =
      std::max(std::abs(dot(planes[a].normal, from_a)), std::abs(dot(planes[b].normal, from_b)));
  const Vec3 color = cloud.color[a] - cloud.color[b];
  return 1 - std::abs(dot(planes[a].normal, planes[b].normal)) +
         options.step_weight * height * height + options.color_weight * dot(color, color);
}

}  // namespace

std::vector<int64_t> segment_cloud(const Vec3* xyz, const uint8_t* rgb, int64_t count,
                                   const CloudSuperpointOptions& options) {
  const VoxelCloud cloud = voxelize_cloud(xyz, rgb, count, options.voxel_size);
  std::vector<Plane> planes = fit_planes(cloud, kRings);
  sharpen_planes(cloud, kSharpenTolerance, kSharpenRounds, planes);
  const Blocks blocks = split_into_blocks(cloud, options.block_voxels);
  const auto block_count = static_cast<int32_t>(blocks.first.size()) - 1;
  std::vector<int32_t> root_voxel(cloud.size());
#pragma omp parallel
  {
    std::vector<WeightedEdge> edges;
#pragma omp for schedule(dynamic)
    for (int32_t block = 0; block < block_count; ++block) {
      const int32_t begin = blocks.first[block], size = blocks.first[block + 1] - begin;
      edges.clear();
      for (int32_t i = 0; i < size; ++i) {
        const int32_t v = blocks.members[begin + i];
        for (const Neighbour& u : cloud.neighbours(v)) {
          if (u.voxel < v && u.touches()) continue;  // the other end has this edge
          if (blocks.block_of_voxel[u.voxel] != block) continue;
          edges.push_back(
              {dissimilarity(cloud, planes, v, u, options), i, blocks.position_in_block[u.voxel]});
        }
      }
      DisjointSets sets = merge_graph(size, edges, options.threshold, options.min_points);
      for (int32_t i = 0; i < size; ++i) {
        root_voxel[blocks.members[begin + i]] = blocks.members[begin + sets.find(i)];
      }
    }
  }
  std::vector<int64_t> label_of_root(cloud.size(), -1), labels(count);
  int64_t next = 0;
  for (int64_t i = 0; i < count; ++i) {
    int64_t& label = label_of_root[root_voxel[cloud.voxel_of_point[i]]];
    if (label < 0) label = next++;
    labels[i] = label;
  }
  return labels;
}

}  // namespace detailbase
