#include "voxel_surface.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "key_order.h"

namespace detailbase {

namespace {

constexpr int kSentinels = 3;  // keys beyond all others, behind the last

// Looks around voxels that come in ascending key order. The voxels with equal x and y lie side
// by side in that order, so each of the columns around keeps its place in the list and moves on
// from there: no table is needed, and memory is read in order.
class Surroundings {
 public:
  // keys: with kSentinels behind them. Looks around voxels from `first` on.
  Surroundings(const Buffer<uint64_t>& keys, int32_t first)
      : keys_(keys.data()), size_(static_cast<int32_t>(keys.size()) - kSentinels) {
    for (int dx = -2; dx <= 2; ++dx) {
      for (int dy = -2; dy <= 2; ++dy) {
        const uint64_t lowest = beside(first, dx, dy) - 2;
        const auto at =
            static_cast<int32_t>(std::lower_bound(keys_, keys_ + size_, lowest) - keys_);
        far_[dx + 2][dy + 2] = at;
        if (std::abs(dx) < 2 && std::abs(dy) < 2) {
          near_[dx + 1][dy + 1] = {way(dx, dy), at, Ways::to(dx, dy, -1)};
        }
      }
    }
  }

  // Writes the occupied ones of the 26 voxels around voxel v by ascending dx, dy, dz. Returns their
  // end; a few more are written behind it.
  Neighbour* touching(int32_t v, Neighbour* end) {
    if (keys_[v] >> kAxisBits != column_) enter_column(v);
    end = of_columns(v, 0, before_, end);
    *end = {v - 1, Ways::to(0, 0, -1)};
    end += v > 0 && keys_[v - 1] + 1 == keys_[v];
    *end = {v + 1, Ways::to(0, 0, 1)};
    end += keys_[v] + 1 == keys_[v + 1];
    return of_columns(v, before_, before_ + after_, end);
  }

  // The same of the 98 around those.
  Neighbour* beyond(int32_t v, Neighbour* end) {
    for (int dx = -2; dx <= 2; ++dx) {
      for (int dy = -2; dy <= 2; ++dy) {
        const bool on_side = std::abs(dx) == 2 || std::abs(dy) == 2;
        const uint64_t at = beside(v, dx, dy);
        int32_t& place = far_[dx + 2][dy + 2];
        place = skip_below(at - 2, place);
        for (int32_t u = place; keys_[u] <= at + 2; ++u) {
          const int dz = static_cast<int>(static_cast<int64_t>(keys_[u] - at));
          if (on_side || std::abs(dz) == 2) *end++ = {u, Ways::to(dx, dy, dz)};
        }
      }
    }
    return end;
  }

 private:
  // One of the eight columns around that of the voxels that are looked at.
  struct Column {
    uint64_t way;    // to it, in keys
    int32_t place;   // of its voxels: those before are below all that will be looked for
    int32_t lowest;  // Neighbour::way of the lowest of three
  };

  static constexpr uint64_t shift(int step, int bits) {
    return static_cast<uint64_t>(int64_t{step}) << bits;
  }
  static constexpr uint64_t way(int dx, int dy) {
    return shift(dx, 2 * kAxisBits) + shift(dy, kAxisBits);
  }
  // Key of the voxel beside voxel v.
  uint64_t beside(int32_t v, int dx, int dy) const { return keys_[v] + way(dx, dy); }

  // The first place, from `place` on, of a key that is not below `lowest`; it may be far, since few
  // voxels are looked far around.
  int32_t skip_below(uint64_t lowest, int32_t place) const {
    if (keys_[place] >= lowest) return place;
    int32_t step = 1;
    while (step < size_ - place && keys_[place + step] < lowest) {
      place += step;
      step *= 2;
    }
    const uint64_t* const end = keys_ + place + std::min(step, size_ - place);
    return static_cast<int32_t>(std::lower_bound(keys_ + place + 1, end, lowest) - keys_);
  }

  // Notes which of the columns around hold voxels at or above v's level: many do not.
  void enter_column(int32_t v) {
    column_ = keys_[v] >> kAxisBits;
    before_ = after_ = 0;
    for (int i = 0; i < 9; ++i) {
      if (i == 4) continue;
      Column& one = near_[i / 3][i % 3];
      const uint64_t lowest = keys_[v] + one.way - 1;
      while (keys_[one.place] < lowest) ++one.place;
      if (keys_[one.place] >> kAxisBits != (keys_[v] + one.way) >> kAxisBits) continue;
      occupied_[before_ + after_] = &one;
      ++(i < 4 ? before_ : after_);
    }
  }

  Neighbour* of_columns(int32_t v, int begin, int last, Neighbour* end) {
    const uint64_t* const keys = keys_;
    const uint64_t own = keys[v] - 1;
    for (int i = begin; i < last; ++i) {
      Column& column = *occupied_[i];
      const uint64_t lowest = own + column.way;
      const int32_t way_to = column.lowest;
      int32_t u = column.place;
      while (keys[u] < lowest) ++u;
      column.place = u;
      // Without branches, which nobody could predict: what is no neighbour is written over.
      for (int32_t k = 0; k < 3; ++k) {
        const uint64_t above = keys[u + k] - lowest;
        *end = {u + k, way_to + static_cast<int32_t>(above)};
        end += above < 3;
      }
    }
    return end;
  }

  const uint64_t* keys_;
  int32_t size_;                    // of keys
  uint64_t column_ = ~uint64_t{0};  // x and y of the voxel looked at last
  Column near_[3][3] = {};
  Column* occupied_[8] = {};    // by ascending x and y
  int before_ = 0, after_ = 0;  // number of those of them before and after the voxel's own column
  int32_t far_[5][5] = {};
};

// Fills cloud.lists, each on one thread: what it finds is copied once its number is known.
void find_neighbours(VoxelCloud& cloud) {
  constexpr int kFew = 4, kMost = 124, kSlack = 27;
  const int32_t count = cloud.size(), step = VoxelCloud::kListVoxels;
  const int32_t lists = (count + step - 1) / step;
  cloud.lists.resize(lists);
  cloud.keys.insert(cloud.keys.end(), kSentinels, ~uint64_t{0});
#pragma omp parallel
  {
    Buffer<Neighbour> found(kMost * step + kSlack);
#pragma omp for schedule(dynamic)
    for (int32_t list = 0; list < lists; ++list) {
      const int32_t begin = list * step, size = std::min(step, count - begin);
      Surroundings around(cloud.keys, begin);
      NeighbourLists& to = cloud.lists[list];
      to.first.resize(size + 1);
      Neighbour* end = found.data();
      for (int32_t i = 0; i < size; ++i) {
        Neighbour* const own = end;
        to.first[i] = static_cast<int32_t>(own - found.data());
        end = around.touching(begin + i, own);
        if (end - own < kFew) end = around.beyond(begin + i, end);
      }
      to.first[size] = static_cast<int32_t>(end - found.data());
      to.all.assign(found.data(), end);
    }
  }
  cloud.keys.resize(count);
}

// Numbers of the first of equal keys, and the number of all behind them; on all threads.
Buffer<int64_t> first_of_equal(const Buffer<KeyedRow>& order) {
  const auto count = static_cast<int64_t>(order.size());
  const int parts = default_threads();
  std::vector<int64_t> begins(parts + 1, 0);
  const auto start = [=](int part) { return count * part / parts; };
  const auto is_first = [&](int64_t i) { return i == 0 || order[i].key != order[i - 1].key; };
#pragma omp parallel for schedule(static)
  for (int part = 0; part < parts; ++part) {
    int64_t own = 0;  // what threads write beside each other, none may write often
    for (int64_t i = start(part); i < start(part + 1); ++i) own += is_first(i);
    begins[part + 1] = own;
  }
  for (int part = 0; part < parts; ++part) begins[part + 1] += begins[part];
  Buffer<int64_t> first(begins[parts] + 1);
#pragma omp parallel for schedule(static)
  for (int part = 0; part < parts; ++part) {
    int64_t next = begins[part];
    for (int64_t i = start(part); i < start(part + 1); ++i) {
      if (is_first(i)) first[next++] = i;
    }
  }
  first[begins[parts]] = count;
  return first;
}

// The voxel that holds a coordinate; std::floor is a library call on baseline x86-64, this is not.
int32_t voxel_of(float x, double voxel_size) {
  const double place = x / voxel_size;
  const auto truncated = static_cast<int32_t>(place);
  return truncated - (place < truncated);
}

// The voxel of the least coordinates of all points.
Voxel lowest_voxel(const Vec3* xyz, int64_t count, double voxel_size) {
  if (count == 0) return {0, 0, 0};
  Vec3 least = xyz[0];
  const auto join = [](const Vec3& a, const Vec3& b) {
    return Vec3{std::min(a.x, b.x), std::min(a.y, b.y), std::min(a.z, b.z)};
  };
#pragma omp parallel
  {
    Vec3 own = xyz[0];
#pragma omp for schedule(static)
    for (int64_t i = 0; i < count; ++i) own = join(own, xyz[i]);
#pragma omp critical
    least = join(least, own);
  }
  return {voxel_of(least.x, voxel_size), voxel_of(least.y, voxel_size),
          voxel_of(least.z, voxel_size)};
}

}  // namespace

VoxelCloud voxelize_cloud(const Vec3* xyz, const uint8_t* rgb, int64_t count, double voxel_size) {
  const Voxel corner = lowest_voxel(xyz, count, voxel_size);
  const uint64_t base = pack(corner) - pack({0, 0, 0});
  Buffer<KeyedRow> order(count);
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; ++i) {
    const Voxel at{voxel_of(xyz[i].x, voxel_size), voxel_of(xyz[i].y, voxel_size),
                   voxel_of(xyz[i].z, voxel_size)};
    // From the corner few bits of an axis differ, which is what sorting takes time for.
    order[i] = {pack(at) - base, static_cast<int32_t>(i)};
  }
  sort_by_key(order, default_threads());

  VoxelCloud cloud;
  const Buffer<int64_t> first = first_of_equal(order);  // voxel v's points: order[first[v]], ...
  const auto voxels = static_cast<int32_t>(first.size()) - 1;
  cloud.keys.reserve(voxels + kSentinels);
  cloud.keys.resize(voxels);
  cloud.offset.resize(voxels);
  cloud.color.resize(voxels);
  cloud.first_point.resize(voxels);
  cloud.voxel_of_point.resize(count);
#pragma omp parallel for schedule(static)
  for (int32_t v = 0; v < voxels; ++v) {
    cloud.keys[v] = order[first[v]].key + base;
    cloud.first_point[v] = order[first[v]].row;
    const Voxel at = unpack(cloud.keys[v]);
    const auto local = [&](float x, int32_t index) {
      return static_cast<float>(x / voxel_size - index - 0.5);
    };
    Vec3 offset{0, 0, 0}, color{0, 0, 0};
    for (int64_t n = first[v]; n < first[v + 1]; ++n) {
      const int32_t i = order[n].row;
      const uint8_t* c = rgb + 3 * static_cast<int64_t>(i);
      offset = offset + Vec3{local(xyz[i].x, at.x), local(xyz[i].y, at.y), local(xyz[i].z, at.z)};
      color = color + (1 / 255.0f) * Vec3{float(c[0]), float(c[1]), float(c[2])};
      cloud.voxel_of_point[i] = v;
    }
    const float share = 1.0f / static_cast<float>(first[v + 1] - first[v]);
    cloud.offset[v] = share * offset;
    cloud.color[v] = share * color;
  }
  find_neighbours(cloud);
  return cloud;
}

}  // namespace detailbase
