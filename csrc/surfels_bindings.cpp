// Python face of the surfel camera. Arguments are checked here, then the GIL goes.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "array_checks.h"
#include "surfels.h"

namespace py = pybind11;

namespace detailbase {
namespace {

void py_render(const Converted<float>& points, const Converted<float>& normals,
               const Converted<float>& radius, const Converted<double>& scene_to_camera,
               double focal, double near, double far, Array<float>& depth, Array<int32_t>& index) {
  require_shape(points, {kAny, 3}, "points: expected [surfels, 3]");
  require_shape(normals, {points.shape(0), 3}, "normals: expected [surfels, 3]");
  require_shape(radius, {points.shape(0)}, "radius: expected [surfels]");
  require_shape(scene_to_camera, {kAny, 4}, "scene_to_camera: expected [4, 4]");
  require(scene_to_camera.shape(0) >= 3, "scene_to_camera: expected [4, 4]");
  require_within(scene_to_camera, 1e30, "scene_to_camera: finite numbers below 1e30");
  require_shape(depth, {kAny, kAny}, "depth: expected [height, width]");
  require_shape(index, {depth.shape(0), depth.shape(1)}, "index: expected the shape of depth");
  require(depth.shape(0) <= kMostWidth && depth.shape(1) <= kMostWidth,
          "depth: 65536 pixels a side at most");
  require_positive(focal, "focal: above 0");
  const Surfels surfels{as_vec3(points), as_vec3(normals), radius.data(), points.shape(0)};
  const ImagePlane image{static_cast<int32_t>(depth.shape(1)), static_cast<int32_t>(depth.shape(0)),
                         focal, near, far};
  float* depth_out = depth.mutable_data();
  int32_t* index_out = index.mutable_data();
  py::gil_scoped_release release;
  render_surfels(surfels, scene_to_camera.data(), image, depth_out, index_out);
}

}  // namespace

void bind_surfels(py::module_& m) {
  m.def("render_surfels", &py_render, py::arg("points"), py::arg("normals"), py::arg("radius"),
        py::arg("scene_to_camera"), py::arg("focal"), py::arg("near"), py::arg("far"),
        py::arg("depth").noconvert(), py::arg("index").noconvert());
}

}  // namespace detailbase
