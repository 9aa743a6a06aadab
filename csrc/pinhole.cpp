#include "pinhole.h"

#include <cmath>

namespace detailbase {
namespace {

// Line y = slope * x + intercept by least squares, from running sums.
struct Line {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;

  void add(double px, double py) {
    n += 1, x += px, y += py, xx += px * px, xy += px * py, yy += py * py;
  }
  double slope() const { return (n * xy - x * y) / (n * xx - x * x); }
  double intercept() const { return (y - slope() * x) / n; }
  double mean_squared_error() const { return (yy - y * y / n - slope() * (xy - x * y / n)) / n; }
  // Whether y is known to within a pixel of x.
  bool good() const {
    return n >= 100 && n * xx - x * x > 0 && mean_squared_error() < slope() * slope();
  }
};

}  // namespace

Pinhole fit_pinhole(const Vec3* xyz, int32_t height, int32_t width) {
  Line columns, rows;
  // Some 20,000 pixels tell as much as all.
  const int32_t step =
      1 + static_cast<int32_t>(std::sqrt(static_cast<double>(height) * width / 20000.0));
  for (int32_t row = 0; row < height; row += step) {
    const Vec3* line = xyz + static_cast<int64_t>(row) * width;
    for (int32_t column = 0; column < width; column += step) {
      const Vec3& p = line[column];
      if (!(p.z > 0) || !std::isfinite(p.x) || !std::isfinite(p.y) || !std::isfinite(p.z)) continue;
      const double inverse = 1 / static_cast<double>(p.z);
      columns.add(column, p.x * inverse);
      rows.add(row, p.y * inverse);
    }
  }
  if (!columns.good() || !rows.good()) return {0, 0, 0, 0, false};
  return {1 / columns.slope(), -columns.intercept() / columns.slope(), 1 / rows.slope(),
          -rows.intercept() / rows.slope(), true};
}

}  // namespace detailbase
