#include "voxel_surface.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

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

// Calls use(v, Neighbour) for all neighbours of all voxels, each voxel's in a fixed order.
template <typename Use>
void visit_neighbours(const VoxelCloud& cloud, Use&& use) {
  constexpr int kFew = 4;
#pragma omp parallel
  {
    Surroundings around(cloud.keys);
#pragma omp for schedule(static)
    for (int32_t v = 0; v < cloud.size(); ++v) {
      const auto each = [&](const Neighbour& neighbour) { use(v, neighbour); };
      if (around.visit_shell(v, 1, each) < kFew) around.visit_shell(v, 2, each);
    }
  }
}

void find_neighbours(VoxelCloud& cloud) {
  // Two passes (count, then fill) keep the memory at what is really there.
  const int32_t count = cloud.size();
  cloud.first_neighbour.assign(count + 2, 0);  // one further on than in the end
  visit_neighbours(cloud, [&](int32_t v, const Neighbour&) { ++cloud.first_neighbour[v + 2]; });
  for (int32_t v = 0; v < count; ++v) cloud.first_neighbour[v + 2] += cloud.first_neighbour[v + 1];
  cloud.neighbours.resize(cloud.first_neighbour[count + 1]);
  visit_neighbours(cloud, [&](int32_t v, const Neighbour& neighbour) {
    cloud.neighbours[cloud.first_neighbour[v + 1]++] = neighbour;
  });
  cloud.first_neighbour.pop_back();
}

}  // namespace

VoxelCloud voxelize_cloud(const Vec3* xyz, const uint8_t* rgb, int64_t count, double voxel_size) {
  const auto index = [&](float x) { return static_cast<int32_t>(std::floor(x / voxel_size)); };
  std::vector<std::pair<uint64_t, int32_t>> order(count);
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; ++i) {
    const Voxel voxel{index(xyz[i].x), index(xyz[i].y), index(xyz[i].z)};
    order[i] = {pack(voxel), static_cast<int32_t>(i)};
  }
  std::sort(order.begin(), order.end());

  VoxelCloud cloud;
  cloud.voxel_of_point.resize(count);
  for (const auto& [key, i] : order) {
    if (cloud.keys.empty() || cloud.keys.back() != key) {
      cloud.keys.push_back(key);
      cloud.offset.push_back({0, 0, 0});
      cloud.color.push_back({0, 0, 0});
      cloud.points.push_back(0);
    }
    const Voxel at = unpack(key);
    const auto local = [&](float x, int32_t v) {
      return static_cast<float>(x / voxel_size - v - 0.5);
    };
    Vec3& offset = cloud.offset.back();
    Vec3& color = cloud.color.back();
    const uint8_t* c = rgb + 3 * static_cast<int64_t>(i);
    offset = offset + Vec3{local(xyz[i].x, at.x), local(xyz[i].y, at.y), local(xyz[i].z, at.z)};
    color = color + (1 / 255.0f) * Vec3{float(c[0]), float(c[1]), float(c[2])};
    ++cloud.points.back();
    cloud.voxel_of_point[i] = cloud.size() - 1;
  }
  for (int32_t v = 0; v < cloud.size(); ++v) {
    const float share = 1.0f / static_cast<float>(cloud.points[v]);
    cloud.offset[v] = share * cloud.offset[v];
    cloud.color[v] = share * cloud.color[v];
  }
  find_neighbours(cloud);
  return cloud;
}

namespace {

// Weight, first and second moments of points about a voxel's centre.
struct Moments {
  float w;
  Vec3 sum;
  float xx, xy, xz, yy, yz, zz;

  // Adds moments that are about a centre which lies at `d` from this one's.
  void add(const Moments& m, const Vec3& d) {
    w += m.w;
    sum = sum + m.sum + m.w * d;
    xx += m.xx + 2 * d.x * m.sum.x + m.w * d.x * d.x;
    yy += m.yy + 2 * d.y * m.sum.y + m.w * d.y * d.y;
    zz += m.zz + 2 * d.z * m.sum.z + m.w * d.z * d.z;
    xy += m.xy + d.x * m.sum.y + d.y * m.sum.x + m.w * d.x * d.y;
    xz += m.xz + d.x * m.sum.z + d.z * m.sum.x + m.w * d.x * d.z;
    yz += m.yz + d.y * m.sum.z + d.z * m.sum.y + m.w * d.y * d.z;
  }
};

std::vector<Moments> surrounding_moments(const VoxelCloud& cloud, int rings) {
  const int32_t count = cloud.size();
  std::vector<Moments> now(count), next(count);
  for (int32_t v = 0; v < count; ++v) {
    const Vec3 p = cloud.offset[v];
    now[v] = {1, p, p.x * p.x, p.x * p.y, p.x * p.z, p.y * p.y, p.y * p.z, p.z * p.z};
  }
  for (int ring = 0; ring < rings; ++ring) {
#pragma omp parallel for schedule(static)
    for (int32_t v = 0; v < count; ++v) {
      Moments m = now[v];
      for (int64_t n = cloud.first_neighbour[v]; n < cloud.first_neighbour[v + 1]; ++n) {
        const Neighbour& u = cloud.neighbours[n];
        m.add(now[u.voxel], u.step());
      }
      next[v] = m;
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
  const std::vector<Moments> moments = surrounding_moments(cloud, rings);
  std::vector<Plane> planes(cloud.size());
#pragma omp parallel for schedule(static)
  for (int32_t v = 0; v < cloud.size(); ++v) {
    const Moments& m = moments[v];
    const Vec3 c = (1 / m.w) * m.sum;
    planes[v] =
        smallest_axis(m.xx / m.w - c.x * c.x, m.xy / m.w - c.x * c.y, m.xz / m.w - c.x * c.z,
                      m.yy / m.w - c.y * c.y, m.yz / m.w - c.y * c.z, m.zz / m.w - c.z * c.z);
    planes[v].centre = c;
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
      for (int64_t n = cloud.first_neighbour[v]; n < cloud.first_neighbour[v + 1]; ++n) {
        const Neighbour& u = cloud.neighbours[n];
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
