#include "cloud_superpoints.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "graph_merging.h"
#include "key_order.h"
#include "surface_planes.h"
#include "voxel_surface.h"

namespace detailbase {
namespace {

constexpr float kSharpenTolerance = 0.6f;  // voxels

// Voxels grouped by block: block b holds members [first[b], first[b + 1]), ascending.
struct Blocks {
  Buffer<int32_t> block_of_voxel, position_in_block, members;
  std::vector<int32_t> first;

  int32_t count() const { return static_cast<int32_t>(first.size()) - 1; }
  int32_t size(int32_t block) const { return first[block + 1] - first[block]; }
};

int32_t floor_divide(int32_t a, int32_t b) { return a / b - (a % b < 0); }

// The block that a voxel lies in: mostly that of the voxel before it.
class BlockFinder {
 public:
  explicit BlockFinder(int32_t edge) : edge_(edge) {}

  // Whether the voxel lies in another block than the one before.
  bool moves_to(const Voxel& at) {
    const auto inside = [this](int32_t v, int32_t block) {
      return v + edge_ / 2 >= block * edge_ && v + edge_ / 2 < (block + 1) * edge_;
    };
    if (edge_ == 0) return false;
    if (inside(at.x, block_.x) && inside(at.y, block_.y) && inside(at.z, block_.z)) return false;
    block_ = {of(at.x), of(at.y), of(at.z)};
    return true;
  }
  uint64_t key() const { return pack(block_); }

 private:
  // Borders are shifted by half a block: floors lie at z = 0, walls often at x or y = 0, and
  // a border along a surface would cut it into crumbs.
  int32_t of(int32_t v) const { return floor_divide(v + edge_ / 2, edge_); }

  int32_t edge_;
  Voxel block_{};
};

// The blocks that a stretch of voxels meets, in their order.
struct MetBlocks {
  std::vector<uint64_t> keys;
  std::vector<int32_t> sizes, number, before;  // before: voxels in it of earlier stretches
};

// Of voxels begin ... end - 1; each one's block is its index in what is returned.
MetBlocks meet_blocks(const VoxelCloud& cloud, int32_t edge, int32_t begin, int32_t end,
                      Blocks& blocks) {
  MetBlocks met;
  std::unordered_map<uint64_t, int32_t> indices;
  BlockFinder finder(edge);
  int32_t index = -1;
  for (int32_t v = begin; v < end; ++v) {
    if (finder.moves_to(unpack(cloud.keys[v])) || index < 0) {
      const auto next = static_cast<int32_t>(met.keys.size());
      index = indices.try_emplace(finder.key(), next).first->second;
      if (index == next) {
        met.keys.push_back(finder.key());
        met.sizes.push_back(0);
      }
    }
    blocks.block_of_voxel[v] = index;
    blocks.position_in_block[v] = met.sizes[index]++;
  }
  return met;
}

// Gives the blocks of all stretches their numbers; returns their sizes.
std::vector<int32_t> number_blocks(std::vector<MetBlocks>& stretches) {
  std::unordered_map<uint64_t, int32_t> numbers;
  std::vector<int32_t> sizes;
  for (MetBlocks& met : stretches) {
    for (size_t i = 0; i < met.keys.size(); ++i) {
      const auto next = static_cast<int32_t>(sizes.size());
      const int32_t number = numbers.try_emplace(met.keys[i], next).first->second;
      if (number == next) sizes.push_back(0);
      met.number.push_back(number);
      met.before.push_back(sizes[number]);
      sizes[number] += met.sizes[i];
    }
  }
  return sizes;
}

// Each thread looks at a stretch of voxels of its own.
Blocks split_into_blocks(const VoxelCloud& cloud, int32_t edge) {
  const int32_t count = cloud.size();
  const int parts = default_threads();
  const auto start = [=](int part) { return static_cast<int32_t>(int64_t{count} * part / parts); };
  Blocks blocks;
  blocks.block_of_voxel.resize(count);
  blocks.position_in_block.resize(count);
  blocks.members.resize(count);
  std::vector<MetBlocks> stretches(parts);
#pragma omp parallel for schedule(static)
  for (int part = 0; part < parts; ++part) {
    stretches[part] = meet_blocks(cloud, edge, start(part), start(part + 1), blocks);
  }
  blocks.first = {0};
  for (const int32_t size : number_blocks(stretches)) {
    blocks.first.push_back(blocks.first.back() + size);
  }
#pragma omp parallel for schedule(static)
  for (int part = 0; part < parts; ++part) {
    const MetBlocks& met = stretches[part];
    for (int32_t v = start(part); v < start(part + 1); ++v) {
      const int32_t index = blocks.block_of_voxel[v], number = met.number[index];
      blocks.block_of_voxel[v] = number;
      blocks.position_in_block[v] += met.before[index];
      blocks.members[blocks.first[number] + blocks.position_in_block[v]] = v;
    }
  }
  return blocks;
}

// What edges are weighed by, and where in which block: all that is known of a voxel, in one line of
// the cache.
struct alignas(64) Surface {
  Vec3 offset, color, normal, centre;
  int32_t block, position;
};

Buffer<Surface> surfaces_of(const VoxelCloud& cloud, const Planes& planes, const Blocks& blocks) {
  Buffer<Surface> surfaces(cloud.size());
#pragma omp parallel for schedule(dynamic, 1024)
  for (int32_t v = 0; v < cloud.size(); ++v) {
    const Plane plane = sharpened_plane(cloud, planes, kSharpenTolerance, v);
    surfaces[v] = {cloud.offset[v], cloud.color[v],           plane.normal,
                   plane.centre,    blocks.block_of_voxel[v], blocks.position_in_block[v]};
  }
  return surfaces;
}

// between: from voxel a to voxel b.
float dissimilarity(const Surface& a, const Surface& b, const Vec3& between,
                    const CloudSuperpointOptions& options) {
  const Vec3 from_a = between + b.offset - a.centre;
  const Vec3 from_b = a.offset - between - b.centre;
  const float height = std::max(std::abs(dot(a.normal, from_a)), std::abs(dot(b.normal, from_b)));
  const Vec3 color = a.color - b.color;
  return 1 - std::abs(dot(a.normal, b.normal)) + options.step_weight * height * height +
         options.color_weight * dot(color, color);
}

// Edges within a block between its members' positions; `edges` is written over.
void weigh_edges(const VoxelCloud& cloud, const Blocks& blocks, int32_t block,
                 const Buffer<Surface>& surfaces, const CloudSuperpointOptions& options,
                 Buffer<WeightedEdge>& edges) {
  const int32_t begin = blocks.first[block], size = blocks.size(block);
  size_t most = 0;
  for (int32_t i = 0; i < size; ++i) {
    const VoxelCloud::NeighbourRange around = cloud.neighbours(blocks.members[begin + i]);
    most += around.end() - around.begin();
  }
  edges.resize(most);
  WeightedEdge* next = edges.data();
  for (int32_t i = 0; i < size; ++i) {
    const int32_t v = blocks.members[begin + i];
    const Surface own = surfaces[v];
    for (const Neighbour& u : cloud.neighbours(v)) {
      if (u.voxel < v && u.touches()) continue;  // the other end has this edge
      const Surface& other = surfaces[u.voxel];
      if (other.block != block) continue;
      *next++ = {dissimilarity(own, other, u.step(), options), i, other.position};
    }
  }
  edges.resize(next - edges.data());
}

// A superpoint: the voxel that stands for it, and the first of its points.
struct Root {
  int32_t first_point, voxel;
};

// Merges a block; says for each of its voxels which one stands for its superpoint.
std::vector<Root> merge_block(const VoxelCloud& cloud, const Blocks& blocks, int32_t block,
                              const CloudSuperpointOptions& options,
                              const Buffer<WeightedEdge>& edges, Buffer<int32_t>& root_voxel) {
  const int32_t* members = &blocks.members[blocks.first[block]];
  const int32_t size = blocks.size(block);
  DisjointSets sets = merge_graph(size, edges, options.threshold, options.min_points);
  std::vector<Root> roots;
  Buffer<int32_t> index_of_root(size);
  for (int32_t i = 0; i < size; ++i) {
    if (sets.find(i) != i) continue;
    index_of_root[i] = static_cast<int32_t>(roots.size());
    roots.push_back({std::numeric_limits<int32_t>::max(), members[i]});
  }
  for (int32_t i = 0; i < size; ++i) {
    Root& root = roots[index_of_root[sets.find(i)]];
    root_voxel[members[i]] = root.voxel;
    root.first_point = std::min(root.first_point, cloud.first_point[members[i]]);
  }
  return roots;
}

// Labels of all points, superpoints numbered by their first point.
std::vector<int64_t> label_points(const VoxelCloud& cloud, std::vector<Root>& roots,
                                  const Buffer<int32_t>& root_voxel) {
  std::sort(roots.begin(), roots.end(),
            [](const Root& a, const Root& b) { return a.first_point < b.first_point; });
  Buffer<int32_t> label_of_root(cloud.size());
  for (size_t label = 0; label < roots.size(); ++label) {
    label_of_root[roots[label].voxel] = static_cast<int32_t>(label);
  }
  const auto count = static_cast<int64_t>(cloud.voxel_of_point.size());
  std::vector<int64_t> labels(count);
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; ++i) {
    labels[i] = label_of_root[root_voxel[cloud.voxel_of_point[i]]];
  }
  return labels;
}

// The largest blocks first, so that no thread is left with one of them at the end.
std::vector<int32_t> by_size(const Blocks& blocks) {
  std::vector<int32_t> order(blocks.count());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int32_t a, int32_t b) { return blocks.size(a) > blocks.size(b); });
  return order;
}

}  // namespace

std::vector<int64_t> segment_cloud(const Vec3* xyz, const uint8_t* rgb, int64_t count,
                                   const CloudSuperpointOptions& options) {
  const VoxelCloud cloud = voxelize_cloud(xyz, rgb, count, options.voxel_size);
  const Blocks blocks = split_into_blocks(cloud, options.block_voxels);
  const Buffer<Surface> surfaces = surfaces_of(cloud, fit_planes(cloud), blocks);
  const std::vector<int32_t> order = by_size(blocks);
  Buffer<int32_t> root_voxel(cloud.size());
  std::vector<Root> roots;
#pragma omp parallel
  {
    Buffer<WeightedEdge> edges;
#pragma omp for schedule(dynamic)
    for (int32_t n = 0; n < blocks.count(); ++n) {
      weigh_edges(cloud, blocks, order[n], surfaces, options, edges);
      const std::vector<Root> own =
          merge_block(cloud, blocks, order[n], options, edges, root_voxel);
#pragma omp critical
      roots.insert(roots.end(), own.begin(), own.end());
    }
  }
  return label_points(cloud, roots, root_voxel);
}

}  // namespace detailbase
