#include "convex_hull.h"

#include <algorithm>
#include <limits>

#include "vectorized.h"

namespace detailbase {
namespace {

// Above zero where a, b, c turn to the left.
double turn(const Vec2& a, const Vec2& b, const Vec2& c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool same(const Vec2& a, const Vec2& b) { return a.x == b.x && a.y == b.y; }

constexpr int64_t kBlock = 256;  // points that are looked at together, without branches
constexpr int kWays = 4;         // x, x + y, y, y - x: farthest both ways

struct Extremes {
  double low[kWays], high[kWays];
};

DETAILBASE_VECTORIZED
Extremes extremes(const double* x, const double* y, int64_t count) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  double a0 = kFar, b0 = kFar, c0 = kFar, d0 = kFar, a1 = -kFar, b1 = -kFar, c1 = -kFar, d1 = -kFar;
#pragma omp simd reduction(min : a0, b0, c0, d0) reduction(max : a1, b1, c1, d1)
  for (int64_t i = 0; i < count; ++i) {
    const double a = x[i], b = x[i] + y[i], c = y[i], d = y[i] - x[i];
    a0 = std::min(a0, a), b0 = std::min(b0, b), c0 = std::min(c0, c), d0 = std::min(d0, d);
    a1 = std::max(a1, a), b1 = std::max(b1, b), c1 = std::max(c1, c), d1 = std::max(d1, d);
  }
  return {{a0, b0, c0, d0}, {a1, b1, c1, d1}};
}

// The farthest points in eight directions, counterclockwise: first which blocks of points they are
// in, then which of the block.
std::vector<Vec2> farthest(const double* x, const double* y, int64_t count) {
  Extremes best = extremes(x, y, 1);
  int64_t low_in[kWays] = {}, high_in[kWays] = {};  // where their blocks begin
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const Extremes of = extremes(x + begin, y + begin, std::min(kBlock, count - begin));
    for (int k = 0; k < kWays; ++k) {
      if (of.high[k] > best.high[k]) best.high[k] = of.high[k], high_in[k] = begin;
      if (of.low[k] < best.low[k]) best.low[k] = of.low[k], low_in[k] = begin;
    }
  }
  const auto point_at = [x, y](int way, double extreme, int64_t i) {
    const auto along = [=](int64_t n) {
      return way == 0 ? x[n] : way == 1 ? x[n] + y[n] : way == 2 ? y[n] : y[n] - x[n];
    };
    while (along(i) != extreme) ++i;
    return Vec2{x[i], y[i]};
  };
  std::vector<Vec2> corners;
  for (int k = 0; k < kWays; ++k) corners.push_back(point_at(k, best.high[k], high_in[k]));
  for (int k = 0; k < kWays; ++k) corners.push_back(point_at(k, best.low[k], low_in[k]));
  return corners;
}

// Clears inside[i] of the points that do not lie to the left of an edge.
DETAILBASE_VECTORIZED
void keep_left(const Vec2& from, const Vec2& to, const double* x, const double* y, int64_t count,
               int64_t* inside) {
  const double from_x = from.x, from_y = from.y, way_x = to.x - from.x, way_y = to.y - from.y;
  for (int64_t i = 0; i < count; ++i) {
    inside[i] &= way_x * (y[i] - from_y) - way_y * (x[i] - from_x) > 0;
  }
}

struct Points {
  std::vector<double> x, y;

  void push_back(double at_x, double at_y) {
    x.push_back(at_x);
    y.push_back(at_y);
  }
};

// The points that do not lie left of every edge between the corners, or on one; all points where
// the corners are the same.
Points points_outside(const std::vector<Vec2>& corners, const double* x, const double* y,
                      int64_t count) {
  Points outside;
  int64_t inside[kBlock];
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t size = std::min(kBlock, count - begin);
    bool edges = false;
    std::fill(inside, inside + size, int64_t{1});
    for (size_t k = 0; k < corners.size(); ++k) {
      const Vec2 &from = corners[k], &to = corners[(k + 1) % corners.size()];
      if (same(from, to)) continue;
      keep_left(from, to, x + begin, y + begin, size, inside);
      edges = true;
    }
    for (int64_t i = 0; i < size; ++i) {
      if (!edges || inside[i] == 0) outside.push_back(x[begin + i], y[begin + i]);
    }
  }
  return outside;
}

// How far to the right of the edge the farthest point lies, as turn() tells; 0 where none does.
DETAILBASE_VECTORIZED
double least_turn(const Vec2& from, const Vec2& to, const double* x, const double* y,
                  int64_t count) {
  const double from_x = from.x, from_y = from.y, way_x = to.x - from.x, way_y = to.y - from.y;
  double least = 0;
#pragma omp simd reduction(min : least)
  for (int64_t i = 0; i < count; ++i) {
    least = std::min(least, way_x * (y[i] - from_y) - way_y * (x[i] - from_x));
  }
  return least;
}

// The corners, and behind each that of the points which lies farthest beyond the edge from it.
std::vector<Vec2> with_farthest(const std::vector<Vec2>& corners, const Points& points) {
  std::vector<Vec2> more;
  const auto count = static_cast<int64_t>(points.x.size());
  for (size_t k = 0; k < corners.size(); ++k) {
    const Vec2 &from = corners[k], &to = corners[(k + 1) % corners.size()];
    more.push_back(from);
    const double least = least_turn(from, to, points.x.data(), points.y.data(), count);
    for (int64_t i = 0; least < 0 && i < count; ++i) {
      const Vec2 point{points.x[i], points.y[i]};
      if (turn(from, to, point) > least) continue;
      more.push_back(point);
      break;
    }
  }
  return more;
}

}  // namespace

// Andrew's monotone chain (1979), of those points that a coarse hull and then a finer one do not
// hold: there are few of them, and all others are no corners (Akl and Toussaint 1978).
std::vector<Vec2> convex_hull(const double* x, const double* y, int64_t count) {
  if (count == 0) return {};
  const std::vector<Vec2> coarse = farthest(x, y, count);
  Points rest = points_outside(coarse, x, y, count);
  const std::vector<Vec2> finer = with_farthest(coarse, rest);
  rest = points_outside(finer, rest.x.data(), rest.y.data(), static_cast<int64_t>(rest.x.size()));
  std::vector<Vec2> points;
  for (size_t i = 0; i < rest.x.size(); ++i) points.push_back({rest.x[i], rest.y[i]});
  std::sort(points.begin(), points.end(),
            [](const Vec2& a, const Vec2& b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
  points.erase(std::unique(points.begin(), points.end(), same), points.end());
  if (points.size() < 3) return points;
  std::vector<Vec2> hull;
  const auto add = [&hull](const Vec2& p, size_t least) {
    while (hull.size() > least && turn(hull[hull.size() - 2], hull.back(), p) <= 0) hull.pop_back();
    hull.push_back(p);
  };
  for (const Vec2& p : points) add(p, 1);
  const size_t lower = hull.size();
  for (auto p = points.rbegin() + 1; p != points.rend(); ++p) add(*p, lower);
  hull.pop_back();  // the first again
  return hull;
}

}  // namespace detailbase
