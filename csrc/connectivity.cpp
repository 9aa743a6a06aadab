#include "connectivity.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "graph_merging.h"
#include "key_order.h"
#include "voxel_key.h"

namespace detailbase {
namespace {

// Points sorted into cells whose diagonal is just under the distance: points of one cell are
// always connected, so that only pairs of cells, not of points, have to be looked at.
struct Cells {
  std::vector<uint64_t> keys;    // ascending
  std::vector<int32_t> first;    // cell c holds members [first[c], first[c + 1])
  std::vector<int32_t> members;  // point indices
  std::vector<Vec3> points;      // of the members

  int32_t size() const { return static_cast<int32_t>(keys.size()); }
};

// std::floor is a library call on baseline x86-64; this is not. |x| < 2^31.
int32_t floor_to_int(double x) {
  const auto truncated = static_cast<int32_t>(x);
  return truncated - (x < truncated);
}

Cells sort_into_cells(const Vec3* xyz, int64_t count, double edge) {
  Buffer<KeyedRow> order(count);
  const auto index = [per_cell = 1 / edge](float at, float origin) {
    return floor_to_int((static_cast<double>(at) - origin) * per_cell);
  };
  for (int64_t i = 0; i < count; ++i) {
    const Voxel cell{index(xyz[i].x, xyz[0].x), index(xyz[i].y, xyz[0].y),
                     index(xyz[i].z, xyz[0].z)};
    order[i] = {pack(cell), static_cast<int32_t>(i)};
  }
  sort_by_key(order, default_threads());
  Cells cells;
  cells.members.resize(count);
  cells.points.resize(count);
  for (int64_t n = 0; n < count; ++n) {
    const auto& [key, i] = order[n];
    if (cells.keys.empty() || cells.keys.back() != key) {
      cells.keys.push_back(key);
      cells.first.push_back(static_cast<int32_t>(n));
    }
    cells.members[n] = i;
    cells.points[n] = xyz[i];
  }
  cells.first.push_back(static_cast<int32_t>(count));
  return cells;
}

bool close(const Cells& cells, int32_t a, int32_t b, double distance) {
  const auto squared = [](double x, double y, double z) { return x * x + y * y + z * z; };
  for (int32_t i = cells.first[a]; i < cells.first[a + 1]; ++i) {
    const Vec3& p = cells.points[i];
    for (int32_t j = cells.first[b]; j < cells.first[b + 1]; ++j) {
      const Vec3& q = cells.points[j];
      const double d = squared(static_cast<double>(p.x) - q.x, static_cast<double>(p.y) - q.y,
                               static_cast<double>(p.z) - q.z);
      if (d <= distance * distance) return true;
    }
  }
  return false;
}

// Offsets of the 124 cells that may hold points within reach, the 26 that touch first: they connect
// most cells before the costly distant ones are compared.
std::vector<Voxel> offsets_in_reach() {
  std::vector<Voxel> offsets;
  for (int32_t i = 0; i < 125; ++i) {
    if (i != 62) offsets.push_back({i / 25 - 2, i / 5 % 5 - 2, i % 5 - 2});
  }
  std::stable_partition(offsets.begin(), offsets.end(), [](const Voxel& v) {
    return v.x * v.x < 2 && v.y * v.y < 2 && v.z * v.z < 2;
  });
  return offsets;
}

class CellSets {
 public:
  CellSets(const Cells& cells, double distance)
      : cells_(cells), distance_(distance), index_(cells.keys), sets_(cells.size()) {}

  int32_t find(int32_t cell) { return sets_.find(cell); }
  int32_t size_at(int32_t cell) { return sets_.size(sets_.find(cell)); }

  // Joins the sets of a cell and of its neighbour, if there is one and their points are close.
  void link(int32_t cell, const Voxel& offset) {
    const Voxel at = unpack(cells_.keys[cell]);
    const int32_t other = index_.find(pack({at.x + offset.x, at.y + offset.y, at.z + offset.z}));
    if (other < 0) return;
    const int32_t a = sets_.find(cell), b = sets_.find(other);
    if (a != b && close(cells_, cell, other, distance_)) sets_.join(a, b);
  }

 private:
  const Cells& cells_;
  double distance_;
  KeyIndex index_;
  DisjointSets sets_;
};

std::vector<int32_t> outside_largest(const Cells& cells, CellSets& sets) {
  int32_t largest = 0;
  for (int32_t cell = 1; cell < cells.size(); ++cell) {
    if (sets.size_at(cell) > sets.size_at(largest)) largest = cell;
  }
  std::vector<int32_t> others;
  for (int32_t cell = 0; cell < cells.size(); ++cell) {
    if (sets.find(cell) != sets.find(largest)) others.push_back(cell);
  }
  return others;
}

// All cells along the axes, one way. What joins two sets after that has an end outside the largest:
// only cells there are compared with those around them, first with what touches them.
void link_all(const Cells& cells, CellSets& sets) {
  constexpr Voxel kAxes[3] = {{0, 0, 1}, {0, 1, 0}, {1, 0, 0}};
  for (const Voxel& offset : kAxes) {
    for (int32_t cell = 0; cell < cells.size(); ++cell) sets.link(cell, offset);
  }
  const std::vector<Voxel> offsets = offsets_in_reach();
  constexpr size_t kTouching = 26;
  size_t begin = 0;
  for (const size_t end : {kTouching, offsets.size()}) {
    const std::vector<int32_t> others = outside_largest(cells, sets);
    for (; begin < end; ++begin) {
      for (const int32_t cell : others) sets.link(cell, offsets[begin]);
    }
  }
}

}  // namespace

std::vector<int64_t> connected_components(const Vec3* xyz, int64_t count, double distance) {
  if (count == 0) return {};
  const Cells cells = sort_into_cells(xyz, count, 0.999 * distance / std::sqrt(3.0));
  CellSets sets(cells, distance);
  link_all(cells, sets);
  std::vector<int64_t> labels(count), label_of_root(cells.size(), -1);
  for (int32_t cell = 0; cell < cells.size(); ++cell) {
    const int32_t root = sets.find(cell);
    for (int32_t i = cells.first[cell]; i < cells.first[cell + 1]; ++i) {
      labels[cells.members[i]] = root;
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
