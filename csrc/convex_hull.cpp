#include "convex_hull.h"

#include <algorithm>

namespace detailbase {
namespace {

// Above zero where a, b, c turn to the left.
double turn(const Vec2& a, const Vec2& b, const Vec2& c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool same(const Vec2& a, const Vec2& b) { return a.x == b.x && a.y == b.y; }

// The farthest points in eight directions, counterclockwise.
std::vector<Vec2> farthest(const double* x, const double* y, int64_t count) {
  constexpr double kWays[8][2] = {{1, 0},  {1, 1},   {0, 1},  {-1, 1},
                                  {-1, 0}, {-1, -1}, {0, -1}, {1, -1}};
  std::vector<Vec2> corners;
  for (const auto& way : kWays) {
    int64_t best = 0;
    for (int64_t i = 1; i < count; ++i) {
      if (way[0] * x[i] + way[1] * y[i] > way[0] * x[best] + way[1] * y[best]) best = i;
    }
    corners.push_back({x[best], y[best]});
  }
  return corners;
}

// Whether p lies left of every edge, and on none; false where all corners are the same.
bool inside(const std::vector<Vec2>& corners, const Vec2& p) {
  Vec2 from = corners.back();
  bool edges = false;
  for (const Vec2& to : corners) {
    if (!same(from, to)) {
      if (turn(from, to, p) <= 0) return false;
      edges = true;
    }
    from = to;
  }
  return edges;
}

}  // namespace

// Andrew's monotone chain (1979), of those points that a first coarse hull does not hold: there are
// few of them, and all others are no corners (Akl and Toussaint 1978).
std::vector<Vec2> convex_hull(const double* x, const double* y, int64_t count) {
  if (count == 0) return {};
  const std::vector<Vec2> coarse = farthest(x, y, count);
  std::vector<Vec2> points;
  for (int64_t i = 0; i < count; ++i) {
    if (!inside(coarse, {x[i], y[i]})) points.push_back({x[i], y[i]});
  }
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
