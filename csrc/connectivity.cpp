#include "connectivity.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "graph_merging.h"
#include "voxel_key.h"

namespace detailbase {
namespace {

// Points sorted into cells whose diagonal is just under the distance: points of one cell are
// always connected, so that only pairs of cells, not of points, have to be looked at.
struct Cells {
  std::vector<uint64_t> keys;    // ascending
  std::vector<int32_t> first;    // cell c holds members [first[c], first[c + 1])
  std::vector<int32_t> members;  // point indices
};

Cells sort_into_cells(const Vec3* xyz, int64_t count, double edge) {
  std::vector<std::pair<uint64_t, int32_t>> order(count);
  const auto index = [&](float at, float origin) {
    return static_cast<int32_t>(std::floor((static_cast<double>(at) - origin) / edge));
  };
  for (int64_t i = 0; i < count; ++i) {
    const Voxel cell{index(xyz[i].x, xyz[0].x), index(xyz[i].y, xyz[0].y),
                     index(xyz[i].z, xyz[0].z)};
    order[i] = {pack(cell), static_cast<int32_t>(i)};
  }
  std::sort(order.begin(), order.end());
  Cells cells;
  for (const auto& [key, i] : order) {
    if (cells.keys.empty() || cells.keys.back() != key) {
      cells.keys.push_back(key);
      cells.first.push_back(static_cast<int32_t>(cells.members.size()));
    }
    cells.members.push_back(i);
  }
  cells.first.push_back(static_cast<int32_t>(cells.members.size()));
  return cells;
}

bool close(const Vec3* xyz, const Cells& cells, int32_t a, int32_t b, double distance) {
  const auto squared = [](double x, double y, double z) { return x * x + y * y + z * z; };
  for (int32_t i = cells.first[a]; i < cells.first[a + 1]; ++i) {
    const Vec3& p = xyz[cells.members[i]];
    for (int32_t j = cells.first[b]; j < cells.first[b + 1]; ++j) {
      const Vec3& q = xyz[cells.members[j]];
      const double d = squared(static_cast<double>(p.x) - q.x, static_cast<double>(p.y) - q.y,
                               static_cast<double>(p.z) - q.z);
      if (d <= distance * distance) return true;
    }
  }
  return false;
}

// The 62 offsets, one of each opposite pair, of cells that may hold points within reach,
// nearest first: they connect most cells before the costly distant ones are compared.
std::vector<Voxel> offsets_in_reach() {
  std::vector<Voxel> offsets;
  for (int32_t i = 63; i < 125; ++i) offsets.push_back({i / 25 - 2, i / 5 % 5 - 2, i % 5 - 2});
  std::stable_sort(offsets.begin(), offsets.end(), [](const Voxel& a, const Voxel& b) {
    return a.x * a.x + a.y * a.y + a.z * a.z < b.x * b.x + b.y * b.y + b.z * b.z;
  });
  return offsets;
}

}  // namespace

std::vector<int64_t> connected_components(const Vec3* xyz, int64_t count, double distance) {
  const Cells cells = sort_into_cells(xyz, count, 0.999 * distance / std::sqrt(3.0));
  const auto cell_count = static_cast<int32_t>(cells.keys.size());
  const KeyIndex index(cells.keys);
  DisjointSets sets(cell_count);
  for (const Voxel& offset : offsets_in_reach()) {
    for (int32_t cell = 0; cell < cell_count; ++cell) {
      const Voxel at = unpack(cells.keys[cell]);
      const int32_t other = index.find(pack({at.x + offset.x, at.y + offset.y, at.z + offset.z}));
      if (other < 0) continue;
      const int32_t a = sets.find(cell), b = sets.find(other);
      if (a != b && close(xyz, cells, cell, other, distance)) sets.join(a, b);
    }
  }
  std::vector<int64_t> labels(count), label_of_root(cell_count, -1);
  for (int32_t cell = 0; cell < cell_count; ++cell) {
    for (int32_t i = cells.first[cell]; i < cells.first[cell + 1]; ++i) {
      labels[cells.members[i]] = sets.find(cell);
    }
  }
  int64_t next = 0;
  for (int64_t& label : labels) {
    int64_t& dense = label_of_root[label];
    if (dense < 0) dense = next++;
    label = dense;
  }
  return labels;
}

std::vector<int64_t> linked_places(const Vec3* places, const float* reach, int64_t count) {
  std::vector<int32_t> along(count);  // by ascending x: only those within reach are compared
  std::iota(along.begin(), along.end(), 0);
  std::stable_sort(along.begin(), along.end(),
                   [&](int32_t a, int32_t b) { return places[a].x < places[b].x; });
  const float farthest = count > 0 ? *std::max_element(reach, reach + count) : 0.0f;
  DisjointSets sets(static_cast<int32_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const int32_t a = along[i];
    for (int64_t j = i + 1; j < count; ++j) {
      const int32_t b = along[j];
      if (places[b].x - places[a].x > farthest) break;
      if (norm(places[a] - places[b]) > std::max(reach[a], reach[b])) continue;
      const int32_t root_a = sets.find(a), root_b = sets.find(b);
      if (root_a != root_b) sets.join(root_a, root_b);
    }
  }
  return dense_labels(sets, static_cast<int32_t>(count));
}

}  // namespace detailbase
