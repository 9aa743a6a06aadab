#include "voxel_surface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "key_order.h"
#include "vectorized.h"

namespace detailbase {

namespace {

constexpr int kSentinels = 3;  // keys beyond all others, behind the last

// Looks around voxels that come in ascending key order. The voxels with equal x and y lie side
// by side in that order, so each of the columns around keeps its place in the list and moves on
// from there: no table is needed, and memory is read in order.
class Surroundings {
 public:
  // keys: with kSentinels behind them. Looks around voxels from `first` on.
  Surroundings(const Buffer<uint64_t>& keys, int32_t first) : keys_(keys.data()) {
    const auto size = static_cast<int32_t>(keys.size()) - kSentinels;
    for (int dx = -2; dx <= 2; ++dx) {
      for (int dy = -2; dy <= 2; ++dy) {
        const uint64_t lowest = level(first, dx, dy) - 2;
        const auto at = std::lower_bound(keys_, keys_ + size, lowest) - keys_;
        far_[dx + 2][dy + 2] = static_cast<int32_t>(at);
        if (std::abs(dx) < 2 && std::abs(dy) < 2) near_[dx + 1][dy + 1] = far_[dx + 2][dy + 2];
      }
    }
  }

  // Writes the occupied ones of the 26 voxels around voxel v by ascending dx, dy, dz. Returns their
  // end; a few more are written behind it.
  Neighbour* touching(int32_t v, Neighbour* end) {
    for (int dx = -1; dx <= 1; ++dx) {
      for (int dy = -1; dy <= 1; ++dy) {
        if (dx == 0 && dy == 0) {
          *end = {v - 1, Ways::to(0, 0, -1)};
          end += v > 0 && keys_[v - 1] + 1 == keys_[v];
          *end = {v + 1, Ways::to(0, 0, 1)};
          end += keys_[v] + 1 == keys_[v + 1];
          continue;
        }
        const uint64_t lowest = level(v, dx, dy) - 1;
        int32_t& u = near_[dx + 1][dy + 1];
        while (keys_[u] < lowest) ++u;
        // Without branches, which nobody could predict: what is no neighbour is written over.
        for (int32_t k = 0; k < 3; ++k) {
          const uint64_t above = keys_[u + k] - lowest;
          *end = {u + k, static_cast<int32_t>(Ways::to(dx, dy, -1) + static_cast<uint32_t>(above))};
          end += above < 3;
        }
      }
    }
    return end;
  }

  // The same of the 98 around those.
  Neighbour* beyond(int32_t v, Neighbour* end) {
    for (int dx = -2; dx <= 2; ++dx) {
      for (int dy = -2; dy <= 2; ++dy) {
        const bool on_side = std::abs(dx) == 2 || std::abs(dy) == 2;
        const uint64_t at = level(v, dx, dy);
        int32_t& place = far_[dx + 2][dy + 2];
        while (keys_[place] < at - 2) ++place;
        for (int32_t u = place; keys_[u] <= at + 2; ++u) {
          const int dz = static_cast<int>(static_cast<int64_t>(keys_[u] - at));
          if (on_side || std::abs(dz) == 2) *end++ = {u, Ways::to(dx, dy, dz)};
        }
      }
    }
    return end;
  }

 private:
  static constexpr uint64_t shift(int step, int bits) {
    return static_cast<uint64_t>(int64_t{step}) << bits;
  }
  // Key of the voxel beside voxel v.
  uint64_t level(int32_t v, int dx, int dy) const {
    return keys_[v] + shift(dx, 2 * kAxisBits) + shift(dy, kAxisBits);
  }

  const uint64_t* keys_;
  int32_t near_[3][3] = {}, far_[5][5] = {};
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
#pragma omp for schedule(static)
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
    for (int64_t i = start(part); i < start(part + 1); ++i) begins[part + 1] += is_first(i);
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

}  // namespace

VoxelCloud voxelize_cloud(const Vec3* xyz, const uint8_t* rgb, int64_t count, double voxel_size) {
  const auto index = [&](float x) { return static_cast<int32_t>(std::floor(x / voxel_size)); };
  Buffer<KeyedRow> order(count);
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; ++i) {
    const Voxel voxel{index(xyz[i].x), index(xyz[i].y), index(xyz[i].z)};
    order[i] = {pack(voxel), static_cast<int32_t>(i)};
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
    cloud.keys[v] = order[first[v]].key;
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

namespace {

// Moments of points: weight, x, y, z, xx, xy, xz, yy, yz, zz. All are about one point, so that they
// add up as they are; doubles keep what is left when squares of places far from it are subtracted.
// Two more make rows of whole registers.
struct alignas(32) Moments {
  static constexpr int kCount = 12;
  double at[kCount];
};

// Of a voxel's centre, in voxel edges from the corner of voxel `origin`.
std::array<double, 3> place_of(const Voxel& origin, uint64_t key) {
  const Voxel v = unpack(key);
  return {v.x - origin.x + 0.5, v.y - origin.y + 0.5, v.z - origin.z + 0.5};
}

// Theirs and their neighbours' moments of the voxels that one of the cloud's lists is of.
DETAILBASE_VECTORIZED
void add_neighbours(const NeighbourLists& list, int32_t first, const Moments* moments,
                    Moments* sums) {
  const auto count = static_cast<int32_t>(list.first.size()) - 1;
  for (int32_t i = 0; i < count; ++i) {
    Moments sum = moments[first + i];
    for (int32_t n = list.first[i]; n < list.first[i + 1]; ++n) {
      const Moments& m = moments[list.all[n].voxel];
      for (int k = 0; k < Moments::kCount; ++k) sum.at[k] += m.at[k];
    }
    sums[i] = sum;
  }
}

Buffer<Moments> own_moments(const VoxelCloud& cloud, const Voxel& origin) {
  Buffer<Moments> moments(cloud.size());
#pragma omp parallel for schedule(static)
  for (int32_t v = 0; v < cloud.size(); ++v) {
    const std::array<double, 3> at = place_of(origin, cloud.keys[v]);
    const Vec3& offset = cloud.offset[v];
    const double x = at[0] + offset.x, y = at[1] + offset.y, z = at[2] + offset.z;
    moments[v] = {{1, x, y, z, x * x, x * y, x * z, y * y, y * z, z * z, 0, 0}};
  }
  return moments;
}

// Smallest eigenvalue of a symmetric 3 x 3 matrix (Smith 1961, the trigonometric form) and a
// unit eigenvector of it.
Plane smallest_axis(double xx, double xy, double xz, double yy, double yz, double zz) {
  const double mean = (xx + yy + zz) / 3;
  const double off = xy * xy + xz * xz + yz * yz;
  const double dx = xx - mean, dy = yy - mean, dz = zz - mean;
  const double scale = std::sqrt((dx * dx + dy * dy + dz * dz + 2 * off) / 6);
  if (scale < 1e-9) return {{}, {0, 0, 1}, static_cast<float>(mean)};  // a point or a ball
  const double det = dx * (dy * dz - yz * yz) - xy * (xy * dz - yz * xz) + xz * (xy * yz - dy * xz);
  const double half = std::clamp(det / (2 * scale * scale * scale), -1.0, 1.0);
  const double third_turn = 2.0943951023931953;
  const double smallest = mean + 2 * scale * std::cos(std::acos(half) / 3 + third_turn);
  // Rows of A - lambda I span the plane across the eigenvector: take their longest product.
  const double rows[3][3] = {
      {xx - smallest, xy, xz}, {xy, yy - smallest, yz}, {xz, yz, zz - smallest}};
  double best[3] = {0, 0, 1}, longest = 0;
  for (int i = 0; i < 3; ++i) {
    const double *a = rows[i], *b = rows[(i + 1) % 3];
    const double c[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                         a[0] * b[1] - a[1] * b[0]};
    const double length = c[0] * c[0] + c[1] * c[1] + c[2] * c[2];
    if (length > longest) {
      longest = length;
      std::copy(c, c + 3, best);
    }
  }
  const double s = longest > 0 ? 1 / std::sqrt(longest) : 1;
  return {{},
          {float(s * best[0]), float(s * best[1]), float(s * best[2])},
          static_cast<float>(std::max(smallest, 0.0))};
}

Plane plane_through(const Moments& sums, const std::array<double, 3>& at) {
  double mean[10];
  for (int k = 0; k < 10; ++k) mean[k] = sums.at[k] / sums.at[0];
  const double x = mean[1], y = mean[2], z = mean[3];
  Plane plane = smallest_axis(mean[4] - x * x, mean[5] - x * y, mean[6] - x * z, mean[7] - y * y,
                              mean[8] - y * z, mean[9] - z * z);
  plane.centre = {float(x - at[0]), float(y - at[1]), float(z - at[2])};
  return plane;
}

}  // namespace

Buffer<Plane> fit_planes(const VoxelCloud& cloud, int rings) {
  if (cloud.size() == 0) return {};
  const Voxel origin = unpack(cloud.keys[0]);
  const auto lists = static_cast<int32_t>(cloud.lists.size());
  constexpr int32_t kStep = VoxelCloud::kListVoxels;
  Buffer<Moments> moments = own_moments(cloud, origin), sums(rings > 1 ? cloud.size() : 0);
  for (int ring = 1; ring < rings; ++ring) {
#pragma omp parallel for schedule(static)
    for (int32_t list = 0; list < lists; ++list) {
      add_neighbours(cloud.lists[list], list * kStep, moments.data(), &sums[list * kStep]);
    }
    moments.swap(sums);
  }
  Buffer<Plane> planes(cloud.size());
#pragma omp parallel
  {
    Buffer<Moments> last(kStep);
#pragma omp for schedule(static)
    for (int32_t list = 0; list < lists; ++list) {
      const int32_t begin = list * kStep, size = std::min(kStep, cloud.size() - begin);
      add_neighbours(cloud.lists[list], begin, moments.data(), last.data());
      for (int32_t i = 0; i < size; ++i) {
        planes[begin + i] = plane_through(last[i], place_of(origin, cloud.keys[begin + i]));
      }
    }
  }
  return planes;
}

void sharpen_planes(const VoxelCloud& cloud, float tolerance, int rounds, Buffer<Plane>& planes) {
  Buffer<Plane> next(planes.size());
  for (int round = 0; round < rounds; ++round) {
#pragma omp parallel for schedule(static)
    for (int32_t v = 0; v < cloud.size(); ++v) {
      Plane best = planes[v];
      for (const Neighbour& u : cloud.neighbours(v)) {
        const Plane& candidate = planes[u.voxel];
        if (candidate.roughness >= best.roughness) continue;
        const Vec3 centre = candidate.centre + u.step();
        const float distance = std::abs(dot(candidate.normal, cloud.offset[v] - centre));
        if (distance < tolerance) best = {centre, candidate.normal, candidate.roughness};
      }
      next[v] = best;
    }
    planes.swap(next);
  }
}

}  // namespace detailbase
