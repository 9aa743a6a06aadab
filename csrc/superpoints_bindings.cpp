// Python face of the superpoint, connectivity, outline and candidate kernels. Shapes and index
// ranges are checked by detailbase_core/mapping/superpoints.py, instances.py and their neighbours;
// these functions trust their arguments.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "candidates.h"
#include "cloud_superpoints.h"
#include "connectivity.h"
#include "convex_hull.h"
#include "superpoints.h"
#include "voxel_key.h"

namespace py = pybind11;

namespace detailbase {
namespace {

template <typename T>
using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

const Vec3* as_vec3(const Array<float>& array) {
  return reinterpret_cast<const Vec3*>(array.data());
}

py::array_t<int64_t> to_numpy(const std::vector<int64_t>& labels) {
  return py::array_t<int64_t>(static_cast<py::ssize_t>(labels.size()), labels.data());
}

py::array_t<int64_t> py_segment_graph(const Array<float>& points, const Array<float>& normals,
                                      const Array<int32_t>& edges, float k_threshold,
                                      int32_t min_size) {
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = segment_graph(as_vec3(points), as_vec3(normals), points.shape(0), edges.data(),
                           edges.shape(0), k_threshold, min_size);
  }
  return to_numpy(labels);
}

py::array_t<int64_t> py_segment_mesh(const Array<float>& vertices, const Array<int32_t>& faces,
                                     float k_threshold, int32_t min_vertices) {
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    const int64_t count = vertices.shape(0);
    const std::vector<Vec3> normals =
        vertex_normals(as_vec3(vertices), count, faces.data(), faces.shape(0));
    const std::vector<int32_t> edges = mesh_edges(faces.data(), faces.shape(0));
    labels = segment_graph(as_vec3(vertices), normals.data(), count, edges.data(),
                           3 * faces.shape(0), k_threshold, min_vertices);
  }
  return to_numpy(labels);
}

py::array_t<int64_t> py_segment_cloud(const Array<float>& xyz, const Array<uint8_t>& rgb,
                                      double voxel_size, float threshold, float color_weight,
                                      float step_weight, int32_t min_points, int32_t block_voxels) {
  const CloudSuperpointOptions options{voxel_size,  threshold,  color_weight,
                                       step_weight, min_points, block_voxels};
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = segment_cloud(as_vec3(xyz), rgb.data(), xyz.shape(0), options);
  }
  return to_numpy(labels);
}

py::array_t<int64_t> py_connected_components(const Array<float>& xyz, double distance) {
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = connected_components(as_vec3(xyz), xyz.shape(0), distance);
  }
  return to_numpy(labels);
}

py::array_t<int64_t> py_linked_places(const Array<float>& places, const Array<float>& reach) {
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = linked_places(as_vec3(places), reach.data(), places.shape(0));
  }
  return to_numpy(labels);
}

py::array_t<double> py_convex_hull(const Array<double>& x, const Array<double>& y) {
  std::vector<Vec2> corners;
  {
    py::gil_scoped_release release;
    corners = convex_hull(x.data(), y.data(), x.shape(0));
  }
  const auto rows = static_cast<py::ssize_t>(corners.size());
  return py::array_t<double>({rows, py::ssize_t{2}}, reinterpret_cast<double*>(corners.data()));
}

// probability [scenes, rows, S], centers [scenes, S, 3], reach [scenes, S] -> number [as the
// first].
py::array_t<int64_t> py_pick_candidates(const Array<float>& probability,
                                        const Array<float>& centers, const Array<float>& reach,
                                        int32_t most, float faintest, float faintest_part) {
  const int64_t scenes = probability.shape(0), rows = probability.shape(1),
                count = probability.shape(2);
  py::array_t<int64_t> number({scenes, rows, count});
  int64_t* to = number.mutable_data();
  py::gil_scoped_release release;
  for (int64_t row = 0; row < scenes * rows; ++row) {
    const int64_t scene = row / rows;
    pick_candidates(probability.data() + row * count, as_vec3(centers) + scene * count,
                    reach.data() + scene * count, count, {most, faintest, faintest_part},
                    to + row * count);
  }
  return number;
}

}  // namespace

void bind_superpoints(py::module_& m) {
  m.def("segment_graph", &py_segment_graph, py::arg("points"), py::arg("normals"), py::arg("edges"),
        py::arg("k_threshold"), py::arg("min_size"));
  m.def("segment_mesh", &py_segment_mesh, py::arg("vertices"), py::arg("faces"),
        py::arg("k_threshold"), py::arg("min_vertices"));
  m.def("segment_cloud", &py_segment_cloud, py::arg("xyz"), py::arg("rgb"), py::arg("voxel_size"),
        py::arg("threshold"), py::arg("color_weight"), py::arg("step_weight"),
        py::arg("min_points"), py::arg("block_voxels"));
  m.def("connected_components", &py_connected_components, py::arg("xyz"), py::arg("distance"));
  m.def("linked_places", &py_linked_places, py::arg("places"), py::arg("reach"));
  m.def("convex_hull", &py_convex_hull, py::arg("x"), py::arg("y"));
  m.def("pick_candidates", &py_pick_candidates, py::arg("probability"), py::arg("centers"),
        py::arg("reach"), py::arg("most"), py::arg("faintest"), py::arg("faintest_part"));
  m.attr("VOXEL_LIMIT") = kVoxelLimit;
}

}  // namespace detailbase
