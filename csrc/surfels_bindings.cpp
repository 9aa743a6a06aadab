// Python face of the surfel camera. detailbase_core/synthetic/surfels.py checks arguments; the
// GIL is released while it draws.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "surfels.h"

namespace py = pybind11;

namespace detailbase {
namespace {

template <typename T>
using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

void py_render(const Array<float>& points, const Array<float>& normals, const Array<float>& radius,
               const Array<double>& scene_to_camera, double focal, double near, double far,
               py::array_t<float, py::array::c_style>& depth,
               py::array_t<int32_t, py::array::c_style>& index) {
  const Surfels surfels{reinterpret_cast<const Vec3*>(points.data()),
                        reinterpret_cast<const Vec3*>(normals.data()), radius.data(),
                        points.shape(0)};
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
