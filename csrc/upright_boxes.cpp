#include "upright_boxes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "buffer.h"
#include "convex_hull.h"

namespace detailbase {
namespace {

constexpr double kPi = 3.14159265358979323846;

// Pairwise, as NumPy adds: the error grows with the logarithm of the number of terms.
double pairwise_sum(const double* terms, int64_t count) {
  constexpr int64_t kLanes = 8, kBlock = 128;
  if (count > kBlock) {
    const int64_t half = count / 2 / kLanes * kLanes;
    return pairwise_sum(terms, half) + pairwise_sum(terms + half, count - half);
  }
  double sum = 0;
  int64_t i = 0;
  if (count >= kLanes) {
    double lanes[kLanes] = {};
    for (; i + kLanes <= count; i += kLanes) {
      for (int64_t k = 0; k < kLanes; ++k) lanes[k] += terms[i + k];
    }
    sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
          ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  }
  for (; i < count; ++i) sum += terms[i];
  return sum;
}

double mean(const Buffer<double>& terms) {
  const auto count = static_cast<int64_t>(terms.size());
  return pairwise_sum(terms.data(), count) / static_cast<double>(count);
}

struct Rectangle {
  double low[2] = {}, high[2] = {};  // along, across
  Vec2 along{1, 0};

  double area() const { return (high[0] - low[0]) * (high[1] - low[1]); }
};

Rectangle around(const std::vector<Vec2>& corners, const Vec2& along) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  Rectangle found{{kFar, kFar}, {-kFar, -kFar}, along};
  for (const Vec2& corner : corners) {
    const double at[2] = {corner.x * along.x + corner.y * along.y,
                          corner.y * along.x - corner.x * along.y};
    for (int k = 0; k < 2; ++k) {
      found.low[k] = std::min(found.low[k], at[k]);
      found.high[k] = std::max(found.high[k], at[k]);
    }
  }
  return found;
}

Vec2 unit(const Vec2& way) {
  const double length = std::hypot(way.x, way.y);
  return length > 0 ? Vec2{way.x / length, way.y / length} : Vec2{1, 0};
}

Rectangle smallest_around(const std::vector<Vec2>& corners) {
  if (corners.size() < 3) {  // one point, or all on one line
    const auto farther = [](const Vec2& a, const Vec2& b) {
      return a.x * a.x + a.y * a.y < b.x * b.x + b.y * b.y;
    };
    return around(corners, unit(*std::max_element(corners.begin(), corners.end(), farther)));
  }
  Rectangle best;
  for (size_t i = 0; i < corners.size(); ++i) {
    const Vec2 &from = corners[i], &to = corners[(i + 1) % corners.size()];
    const Rectangle found = around(corners, unit({to.x - from.x, to.y - from.y}));
    if (i == 0 || found.area() < best.area()) best = found;
  }
  return best;
}

}  // namespace

UprightBox upright_box(const Vec3* xyz, const int64_t* indices, int64_t count) {
  Buffer<double> x(count), y(count), z(count);
  for (int64_t i = 0; i < count; ++i) {
    const Vec3& p = xyz[indices[i]];
    x[i] = p.x, y[i] = p.y, z[i] = p.z;
  }
  UprightBox box{{mean(x), mean(y), mean(z)}, {}, {}, 0};
  if (!std::isfinite(box.centroid[0] + box.centroid[1] + box.centroid[2])) {
    throw std::invalid_argument("xyz: finite numbers");
  }
  for (double& at : x) at -= box.centroid[0];
  for (double& at : y) at -= box.centroid[1];
  const Rectangle ground = smallest_around(convex_hull(x.data(), y.data(), count));
  double bottom = z[0], top = z[0];
#pragma omp simd reduction(min : bottom) reduction(max : top)
  for (int64_t i = 0; i < count; ++i) {
    bottom = std::min(bottom, z[i]);
    top = std::max(top, z[i]);
  }
  const Vec2& way = ground.along;
  const double along = (ground.low[0] + ground.high[0]) / 2;
  const double across = (ground.low[1] + ground.high[1]) / 2;
  box.center[0] = box.centroid[0] + along * way.x - across * way.y;
  box.center[1] = box.centroid[1] + along * way.y + across * way.x;
  box.center[2] = (bottom + top) / 2;
  for (int k = 0; k < 2; ++k) box.size[k] = ground.high[k] - ground.low[k];
  box.size[2] = top - bottom;
  box.yaw = std::atan2(way.y, way.x);
  if (box.size[0] < box.size[1]) {
    std::swap(box.size[0], box.size[1]);
    box.yaw += kPi / 2;
  }
  while (box.yaw >= kPi / 2) box.yaw -= kPi;
  while (box.yaw < -kPi / 2) box.yaw += kPi;
  return box;
}

}  // namespace detailbase
