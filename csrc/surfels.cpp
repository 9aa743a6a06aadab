#include "surfels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace detailbase {
namespace {

constexpr float kSameSurface = 0.004f;  // metres

struct Disk {
  float x, y, z, nx, ny, nz, radius;
};

// A disk in the camera's frame.
Disk in_camera(const Surfels& surfels, int64_t i, const float* m) {
  const Vec3 &p = surfels.points[i], &n = surfels.normals[i];
  return {m[0] * p.x + m[1] * p.y + m[2] * p.z + m[3],
          m[4] * p.x + m[5] * p.y + m[6] * p.z + m[7],
          m[8] * p.x + m[9] * p.y + m[10] * p.z + m[11],
          m[0] * n.x + m[1] * n.y + m[2] * n.z,
          m[4] * n.x + m[5] * n.y + m[6] * n.z,
          m[8] * n.x + m[9] * n.y + m[10] * n.z,
          surfels.radius[i]};
}

class Raster {
 public:
  Raster(const ImagePlane& image, float* depth, int32_t* index)
      : image_(image),
        focal_(static_cast<float>(image.focal)),
        middle_x_(0.5f * image.width - 0.5f),
        middle_y_(0.5f * image.height - 0.5f),
        depth_(depth),
        index_(index),
        off_middle_(static_cast<size_t>(image.width) * image.height,
                    std::numeric_limits<float>::infinity()) {}

  void draw(const Disk& disk, int32_t id) {
    const float nearest = std::max(disk.z - disk.radius, static_cast<float>(image_.near));
    const float u0 = disk.x / disk.z, v0 = disk.y / disk.z;
    const float x = u0 * focal_ + middle_x_, y = v0 * focal_ + middle_y_;
    // A ball's picture grows away from the middle.
    const float reach = disk.radius * focal_ / nearest * std::sqrt(1 + u0 * u0 + v0 * v0) + 0.01f;
    // The negation also drops what is not a number.
    if (!(x + reach >= 0 && y + reach >= 0 && x - reach < image_.width &&
          y - reach < image_.height)) {
      return;
    }
    // Bounded as floats: what is far outside has no integer.
    const auto first = [](float at) { return static_cast<int32_t>(std::max(0.0f, std::ceil(at))); };
    const auto last = [](float at, int32_t size) {
      return static_cast<int32_t>(std::min(static_cast<float>(size - 1), at));
    };
    const int32_t left = first(x - reach), right = last(x + reach, image_.width);
    const int32_t top = first(y - reach), bottom = last(y + reach, image_.height);
    const float plane = disk.nx * disk.x + disk.ny * disk.y + disk.nz * disk.z;
    for (int32_t row = top; row <= bottom; ++row) {
      const float v = (row - middle_y_) / focal_;
      for (int32_t column = left; column <= right; ++column) {
        const float u = (column - middle_x_) / focal_;
        const float z = plane / (disk.nx * u + disk.ny * v + disk.nz);
        const float dx = z * u - disk.x, dy = z * v - disk.y, dz = z - disk.z;
        const float off = dx * dx + dy * dy + dz * dz;
        if (off <= disk.radius * disk.radius && z >= image_.near && z <= image_.far) {
          take(static_cast<int64_t>(row) * image_.width + column, z, off, id);
        }
      }
    }
  }

 private:
  void take(int64_t pixel, float z, float off, int32_t id) {
    const bool in_front = z < depth_[pixel] - kSameSurface;
    const bool beside = z < depth_[pixel] + kSameSurface && off < off_middle_[pixel];
    if (!in_front && !beside) return;
    depth_[pixel] = z, index_[pixel] = id, off_middle_[pixel] = off;
  }

  ImagePlane image_;
  float focal_, middle_x_, middle_y_;
  float* depth_;
  int32_t* index_;
  std::vector<float> off_middle_;
};

}  // namespace

void render_surfels(const Surfels& surfels, const double* scene_to_camera, const ImagePlane& image,
                    float* depth, int32_t* index) {
  float m[12];
  std::copy(scene_to_camera, scene_to_camera + 12, m);
  Raster raster(image, depth, index);
  for (int64_t i = 0; i < surfels.count; ++i) {
    const Disk disk = in_camera(surfels, i, m);
    if (disk.z > image.near && disk.z - disk.radius < image.far) {
      raster.draw(disk, static_cast<int32_t>(i));
    }
  }
}

}  // namespace detailbase
