#include "surface_planes.h"

#include <algorithm>
#include <cmath>

#include "vectorized.h"

namespace detailbase {
namespace {

// Moments of points: weight, x, y, z, xx, xy, xz, yy, yz, zz. All are about one point, so that they
// add up as they are; doubles keep what is left when squares of places far from it are subtracted.
// Two more make rows of whole registers.
struct alignas(32) Moments {
  static constexpr int kCount = 12;
  double at[kCount];
};

// A voxel's centre, or its points' mean; in voxel edges from the corner of the cloud's first voxel.
struct alignas(32) Place {
  double x, y, z;
};

Place centre_of(const Voxel& origin, uint64_t key) {
  const Voxel v = unpack(key);
  return {v.x - origin.x + 0.5, v.y - origin.y + 0.5, v.z - origin.z + 0.5};
}

Buffer<Place> mean_places(const VoxelCloud& cloud, const Voxel& origin) {
  Buffer<Place> places(cloud.size());
#pragma omp parallel for schedule(static)
  for (int32_t v = 0; v < cloud.size(); ++v) {
    const Place at = centre_of(origin, cloud.keys[v]);
    const Vec3& offset = cloud.offset[v];
    places[v] = {at.x + offset.x, at.y + offset.y, at.z + offset.z};
  }
  return places;
}

inline void add(const Place& p, Moments& sum) {
  const double moments[Moments::kCount] = {
      1, p.x, p.y, p.z, p.x * p.x, p.x * p.y, p.x * p.z, p.y * p.y, p.y * p.z, p.z * p.z, 0, 0};
  for (int k = 0; k < Moments::kCount; ++k) sum.at[k] += moments[k];
}

inline void add(const Moments& other, Moments& sum) {
  for (int k = 0; k < Moments::kCount; ++k) sum.at[k] += other.at[k];
}

// Of the voxels that one of the cloud's lists is of: their own moments and those around them, of
// points or sums of their kind.
template <class Known>
inline void add_all(const NeighbourLists& list, int32_t first, const Known* known, Moments* sums) {
  const auto count = static_cast<int32_t>(list.first.size()) - 1;
  for (int32_t i = 0; i < count; ++i) {
    Moments sum{};
    add(known[first + i], sum);
    for (int32_t n = list.first[i]; n < list.first[i + 1]; ++n) {
      add(known[list.all[n].voxel], sum);
    }
    sums[i] = sum;
  }
}

DETAILBASE_VECTORIZED
void add_points(const NeighbourLists& list, int32_t first, const Place* places, Moments* sums) {
  add_all(list, first, places, sums);
}

DETAILBASE_VECTORIZED
void add_sums(const NeighbourLists& list, int32_t first, const Moments* moments, Moments* sums) {
  add_all(list, first, moments, sums);
}

// Symmetric 3 x 3 matrices, their smallest eigenvalues and unit eigenvectors of those, side by side
// so that several are computed at once.
struct Covariances {
  static constexpr int kCount = 64;
  using Column = double[kCount];

  Column mean[10];  // of moments
  Column xx, xy, xz, yy, yz, zz;
  Column centre, scale, half, turned;  // see below
  Column x, y, z, smallest;
};

// From the means: the matrices, and their eigenvalues as centre + 2 * scale * cos(acos(half) / 3 +
// thirds of a turn) (Smith 1961, the trigonometric form).
DETAILBASE_VECTORIZED
void prepare(Covariances& c) {
  for (int i = 0; i < Covariances::kCount; ++i) {
    const double x = c.mean[1][i], y = c.mean[2][i], z = c.mean[3][i];
    const double xx = c.mean[4][i] - x * x, xy = c.mean[5][i] - x * y, xz = c.mean[6][i] - x * z;
    const double yy = c.mean[7][i] - y * y, yz = c.mean[8][i] - y * z, zz = c.mean[9][i] - z * z;
    const double centre = (xx + yy + zz) / 3;
    const double off = xy * xy + xz * xz + yz * yz;
    const double dx = xx - centre, dy = yy - centre, dz = zz - centre;
    const double scale = std::sqrt((dx * dx + dy * dy + dz * dz + 2 * off) / 6);
    const double det =
        dx * (dy * dz - yz * yz) - xy * (xy * dz - yz * xz) + xz * (xy * yz - dy * xz);
    const double half = det / (2 * scale * scale * scale);
    c.xx[i] = xx, c.xy[i] = xy, c.xz[i] = xz, c.yy[i] = yy, c.yz[i] = yz, c.zz[i] = zz;
    c.centre[i] = centre, c.scale[i] = scale;
    c.half[i] = half < -1.0 ? -1.0 : half > 1.0 ? 1.0 : half;
  }
}

// Rows of A - lambda I span the plane across the eigenvector: take their longest product.
DETAILBASE_VECTORIZED
void finish(Covariances& c) {
  for (int i = 0; i < Covariances::kCount; ++i) {
    const double smallest = c.centre[i] + 2 * c.scale[i] * c.turned[i];
    const double rows[3][3] = {{c.xx[i] - smallest, c.xy[i], c.xz[i]},
                               {c.xy[i], c.yy[i] - smallest, c.yz[i]},
                               {c.xz[i], c.yz[i], c.zz[i] - smallest}};
    double x = 0, y = 0, z = 1, longest = 0;
    for (int r = 0; r < 3; ++r) {
      const double *a = rows[r], *b = rows[(r + 1) % 3];
      const double across[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                                a[0] * b[1] - a[1] * b[0]};
      const double length = across[0] * across[0] + across[1] * across[1] + across[2] * across[2];
      const bool longer = length > longest;
      x = longer ? across[0] : x, y = longer ? across[1] : y, z = longer ? across[2] : z;
      longest = longer ? length : longest;
    }
    const double s = longest > 0 ? 1 / std::sqrt(longest) : 1;
    c.x[i] = s * x, c.y[i] = s * y, c.z[i] = s * z;
    c.smallest[i] = smallest < 0 ? 0 : smallest;
  }
}

// Planes through up to Covariances::kCount neighbourhoods whose moments were summed up.
class PlaneFitter {
 public:
  void fit(const Moments* sums, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
      for (int k = 0; k < 10; ++k) c_.mean[k][i] = sums[i].at[k] / sums[i].at[0];
    }
    prepare(c_);
    constexpr double kThirdTurn = 2.0943951023931953;
    for (int32_t i = 0; i < count; ++i) {
      c_.turned[i] = std::cos(std::acos(c_.half[i]) / 3 + kThirdTurn);
    }
    finish(c_);
  }

  // at: of the voxel's centre.
  Plane plane(int32_t i, const Place& at) const {
    const Vec3 centre = {static_cast<float>(c_.mean[1][i] - at.x),
                         static_cast<float>(c_.mean[2][i] - at.y),
                         static_cast<float>(c_.mean[3][i] - at.z)};
    if (is_round(i)) return {centre, {0, 0, 1}};
    return {
        centre,
        {static_cast<float>(c_.x[i]), static_cast<float>(c_.y[i]), static_cast<float>(c_.z[i])}};
  }
  float roughness(int32_t i) const {
    return static_cast<float>(is_round(i) ? c_.centre[i] : c_.smallest[i]);
  }

 private:
  bool is_round(int32_t i) const { return c_.scale[i] < 1e-9; }  // a point or a ball

  Covariances c_{};
};

}  // namespace

Planes fit_planes(const VoxelCloud& cloud) {
  if (cloud.size() == 0) return {};
  const Voxel origin = unpack(cloud.keys[0]);
  const auto lists = static_cast<int32_t>(cloud.lists.size());
  constexpr int32_t kStep = VoxelCloud::kListVoxels;
  const Buffer<Place> places = mean_places(cloud, origin);
  Buffer<Moments> near(cloud.size());
#pragma omp parallel for schedule(dynamic)
  for (int32_t list = 0; list < lists; ++list) {
    add_points(cloud.lists[list], list * kStep, places.data(), &near[list * kStep]);
  }
  Planes planes{Buffer<Plane>(cloud.size()), Buffer<float>(cloud.size())};
#pragma omp parallel
  {
    Buffer<Moments> sums(kStep);
    PlaneFitter fitter;
#pragma omp for schedule(dynamic)
    for (int32_t list = 0; list < lists; ++list) {
      const int32_t begin = list * kStep, end = std::min(begin + kStep, cloud.size());
      add_sums(cloud.lists[list], begin, near.data(), sums.data());
      for (int32_t from = begin; from < end; from += Covariances::kCount) {
        const int32_t count = std::min(Covariances::kCount, end - from);
        fitter.fit(&sums[from - begin], count);
        for (int32_t i = 0; i < count; ++i) {
          planes.at[from + i] = fitter.plane(i, centre_of(origin, cloud.keys[from + i]));
          planes.roughness[from + i] = fitter.roughness(i);
        }
      }
    }
  }
  return planes;
}

Plane sharpened_plane(const VoxelCloud& cloud, const Planes& planes, float tolerance, int32_t v) {
  Plane best = planes.at[v];
  float least = planes.roughness[v];
  for (const Neighbour& u : cloud.neighbours(v)) {
    const float roughness = planes.roughness[u.voxel];
    if (roughness >= least) continue;
    const Plane& candidate = planes.at[u.voxel];
    const Vec3 centre = candidate.centre + u.step();
    const float distance = std::abs(dot(candidate.normal, cloud.offset[v] - centre));
    if (distance < tolerance) {
      best = {centre, candidate.normal};
      least = roughness;
    }
  }
  return best;
}

}  // namespace detailbase
