#include "voxel_surface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "key_order.h"
#include "vectorized.h"

namespace detailbase {

namespace {

// Looks around voxels that come in ascending key order. The voxels with equal x and y lie side
// by side in that order, so each of the 5 x 5 columns around keeps its place in the list and
// moves on from there: no table is needed, and memory is read in order.
class Surroundings {
 public:
  explicit Surroundings(const std::vector<uint64_t>& keys) : keys_(keys) {}

  // Calls use(Neighbour) for each occupied voxel of the cube's shell at `reach` (1 or 2) around
  // voxel v, by ascending dx, dy, dz, and returns their number.
  template <typename Use>
  int visit_shell(int32_t v, int reach, Use&& use) {
    int found = 0;
    for (int dx = -reach; dx <= reach; ++dx) {
      for (int dy = -reach; dy <= reach; ++dy) {
        const bool on_side = std::abs(dx) == reach || std::abs(dy) == reach;
        const uint64_t level = keys_[v] + shift(dx, 2 * kAxisBits) + shift(dy, kAxisBits);
        for (int32_t u = seek(place_[dx + 2][dy + 2], level - 2);
             u < size() && keys_[u] <= level + reach; ++u) {
          const int dz = static_cast<int>(static_cast<int64_t>(keys_[u] - level));
          if (on_side ? dz < -reach : std::abs(dz) != reach) continue;
          use(Neighbour{u, static_cast<int8_t>(dx), static_cast<int8_t>(dy),
                        static_cast<int8_t>(dz)});
          ++found;
        }
      }
    }
    return found;
  }

 private:
  static uint64_t shift(int step, int bits) { return static_cast<uint64_t>(int64_t{step}) << bits; }
  int32_t size() const { return static_cast<int32_t>(keys_.size()); }

  // Moves `place` on to the first key that is not below `key`.
  int32_t seek(int32_t& place, uint64_t key) const {
    for (int near = 0; near < 8; ++near, ++place) {
      if (place == size() || keys_[place] >= key) return place;
    }
    int32_t step = 8;
    for (; place + step < size() && keys_[place + step] < key; step *= 2) place += step;
    const auto begin = keys_.begin() + place;
    const auto end = keys_.begin() + std::min(place + step + 1, size());
    return place = static_cast<int32_t>(std::lower_bound(begin, end, key) - keys_.begin());
  }

  const std::vector<uint64_t>& keys_;
  int32_t place_[5][5] = {};
};

// Fills cloud.lists, each on one thread: what it finds is copied once its number is known.
void find_neighbours(VoxelCloud& cloud) {
  constexpr int kFew = 4, kMost = 124;
  const int32_t count = cloud.size(), step = VoxelCloud::kListVoxels;
  const int32_t lists = (count + step - 1) / step;
  cloud.lists.resize(lists);
#pragma omp parallel
  {
    Surroundings around(cloud.keys);
    std::vector<Neighbour> found(kMost * step);
#pragma omp for schedule(static)
    for (int32_t list = 0; list < lists; ++list) {
      NeighbourLists& to = cloud.lists[list];
      to.first = {0};
      Neighbour* end = found.data();
      const auto keep = [&](const Neighbour& neighbour) { *end++ = neighbour; };
      for (int32_t v = list * step; v < std::min(count, (list + 1) * step); ++v) {
        if (around.visit_shell(v, 1, keep) < kFew) around.visit_shell(v, 2, keep);
        to.first.push_back(static_cast<int32_t>(end - found.data()));
      }
      to.all.assign(found.data(), end);
    }
  }
}

}  // namespace

VoxelCloud voxelize_cloud(const Vec3* xyz, const uint8_t* rgb, int64_t count, double voxel_size) {
  const auto index = [&](float x) { return static_cast<int32_t>(std::floor(x / voxel_size)); };
  std::vector<KeyedRow> order(count);
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; ++i) {
    const Voxel voxel{index(xyz[i].x), index(xyz[i].y), index(xyz[i].z)};
    order[i] = {pack(voxel), static_cast<int32_t>(i)};
  }
  sort_by_key(order, default_threads());

  VoxelCloud cloud;
  std::vector<int64_t> first;  // voxel v's points are those of order[first[v]], ...
  for (int64_t i = 0; i < count; ++i) {
    if (i > 0 && order[i].key == order[i - 1].key) continue;
    cloud.keys.push_back(order[i].key);
    first.push_back(i);
  }
  first.push_back(count);
  cloud.offset.resize(cloud.size());
  cloud.color.resize(cloud.size());
  cloud.voxel_of_point.resize(count);
#pragma omp parallel for schedule(static)
  for (int32_t v = 0; v < cloud.size(); ++v) {
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
struct Moments {
  double at[10];
};

// Of a voxel's centre, in voxel edges from the corner of voxel `origin`.
std::array<double, 3> place_of(const Voxel& origin, uint64_t key) {
  const Voxel v = unpack(key);
  return {v.x - origin.x + 0.5, v.y - origin.y + 0.5, v.z - origin.z + 0.5};
}

// sums[v] of those voxels that one of the cloud's lists is of: theirs and their neighbours'
// moments.
DETAILBASE_VECTORIZED
void add_neighbours(const NeighbourLists& list, int32_t first, const Moments* moments,
                    Moments* sums) {
  const auto count = static_cast<int32_t>(list.first.size()) - 1;
  for (int32_t i = 0; i < count; ++i) {
    Moments sum = moments[first + i];
    for (int32_t n = list.first[i]; n < list.first[i + 1]; ++n) {
      const Moments& m = moments[list.all[n].voxel];
      for (int k = 0; k < 10; ++k) sum.at[k] += m.at[k];
    }
    sums[first + i] = sum;
  }
}

std::vector<Moments> surrounding_moments(const VoxelCloud& cloud, const Voxel& origin, int rings) {
  const int32_t count = cloud.size();
  const auto lists = static_cast<int32_t>(cloud.lists.size());
  std::vector<Moments> now(count), next(count);
#pragma omp parallel for schedule(static)
  for (int32_t v = 0; v < count; ++v) {
    const std::array<double, 3> at = place_of(origin, cloud.keys[v]);
    const Vec3& offset = cloud.offset[v];
    const double x = at[0] + offset.x, y = at[1] + offset.y, z = at[2] + offset.z;
    now[v] = {{1, x, y, z, x * x, x * y, x * z, y * y, y * z, z * z}};
  }
  for (int ring = 0; ring < rings; ++ring) {
#pragma omp parallel for schedule(static)
    for (int32_t list = 0; list < lists; ++list) {
      add_neighbours(cloud.lists[list], list * VoxelCloud::kListVoxels, now.data(), next.data());
    }
    now.swap(next);
  }
  return now;
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

}  // namespace

std::vector<Plane> fit_planes(const VoxelCloud& cloud, int rings) {
  if (cloud.size() == 0) return {};
  const Voxel origin = unpack(cloud.keys[0]);
  const std::vector<Moments> moments = surrounding_moments(cloud, origin, rings);
  std::vector<Plane> planes(cloud.size());
#pragma omp parallel for schedule(static)
  for (int32_t v = 0; v < cloud.size(); ++v) {
    double mean[10];
    for (int k = 0; k < 10; ++k) mean[k] = moments[v].at[k] / moments[v].at[0];
    const double x = mean[1], y = mean[2], z = mean[3];
    planes[v] = smallest_axis(mean[4] - x * x, mean[5] - x * y, mean[6] - x * z, mean[7] - y * y,
                              mean[8] - y * z, mean[9] - z * z);
    const std::array<double, 3> at = place_of(origin, cloud.keys[v]);
    planes[v].centre = {float(x - at[0]), float(y - at[1]), float(z - at[2])};
  }
  return planes;
}

void sharpen_planes(const VoxelCloud& cloud, float tolerance, int rounds,
                    std::vector<Plane>& planes) {
  std::vector<Plane> next(planes.size());
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
