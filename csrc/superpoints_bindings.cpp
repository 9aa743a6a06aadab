// Python face of the superpoint, connectivity, outline and candidate kernels. Arguments are checked
// here, then the GIL goes.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cmath>

#include "array_checks.h"
#include "candidates.h"
#include "cloud_superpoints.h"
#include "connectivity.h"
#include "convex_hull.h"
#include "superpoints.h"
#include "voxel_key.h"

namespace py = pybind11;

namespace detailbase {
namespace {

py::array_t<int64_t> to_numpy(const std::vector<int64_t>& labels) {
  return py::array_t<int64_t>(static_cast<py::ssize_t>(labels.size()), labels.data());
}

py::array_t<int64_t> py_segment_graph(const Converted<float>& points,
                                      const Converted<float>& normals,
                                      const Converted<int32_t>& edges, float k_threshold,
                                      int32_t min_size) {
  require_shape(points, {kAny, 3}, "points: expected [points, 3]");
  require_shape(normals, {points.shape(0), 3}, "normals: expected [points, 3]");
  require_shape(edges, {kAny, 2}, "edges: expected [edges, 2]");
  require_between(edges, 0, points.shape(0), "edges: below 0, or no point of that number");
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = segment_graph(as_vec3(points), as_vec3(normals), points.shape(0), edges.data(),
                           edges.shape(0), k_threshold, min_size);
  }
  return to_numpy(labels);
}

py::array_t<int64_t> py_segment_mesh(const Converted<float>& vertices,
                                     const Converted<int32_t>& faces, float k_threshold,
                                     int32_t min_vertices) {
  require_shape(vertices, {kAny, 3}, "vertices: expected [vertices, 3]");
  require_shape(faces, {kAny, 3}, "faces: expected [faces, 3]");
  require_between(faces, 0, vertices.shape(0), "faces: below 0, or no vertex of that number");
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

py::array_t<int64_t> py_segment_cloud(const Converted<float>& xyz, const Converted<uint8_t>& rgb,
                                      double voxel_size, float threshold, float color_weight,
                                      float step_weight, int32_t min_points, int32_t block_voxels) {
  require_shape(xyz, {kAny, 3}, "xyz: expected [points, 3]");
  require_shape(rgb, {xyz.shape(0), 3}, "rgb: expected [points, 3]");
  require_positive(voxel_size, "voxel_size: above 0");
  require_within(xyz, (kVoxelLimit - 2) * voxel_size, "xyz: beyond the voxels that have numbers");
  require(block_voxels >= 0 && block_voxels <= kVoxelLimit, "block_voxels: from 0 to 2^20");
  const CloudSuperpointOptions options{voxel_size,  threshold,  color_weight,
                                       step_weight, min_points, block_voxels};
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = segment_cloud(as_vec3(xyz), rgb.data(), xyz.shape(0), options);
  }
  return to_numpy(labels);
}

// Whether cells counted from the first point on, of edges somewhat above 0.57 distances, do.
bool cells_have_numbers(const Vec3* xyz, int64_t count, double distance) {
  const double most = 0.57 * (kVoxelLimit - 4) * distance;
  return std::all_of(xyz, xyz + count, [=](const Vec3& p) {
    const Vec3 way = p - xyz[0];
    return std::abs(way.x) <= most && std::abs(way.y) <= most && std::abs(way.z) <= most;
  });
}

py::array_t<int64_t> py_connected_components(const Converted<float>& xyz, double distance) {
  require_shape(xyz, {kAny, 3}, "xyz: expected [points, 3]");
  require_positive(distance, "distance: above 0");
  require(cells_have_numbers(as_vec3(xyz), xyz.shape(0), distance),
          "xyz: not finite, or too far from each other for the distance");
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = connected_components(as_vec3(xyz), xyz.shape(0), distance);
  }
  return to_numpy(labels);
}

py::array_t<int64_t> py_linked_places(const Converted<float>& places,
                                      const Converted<float>& reach) {
  require_shape(places, {kAny, 3}, "places: expected [places, 3]");
  require_shape(reach, {places.shape(0)}, "reach: expected [places]");
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = linked_places(as_vec3(places), reach.data(), places.shape(0));
  }
  return to_numpy(labels);
}

py::array_t<double> py_convex_hull(const Converted<double>& x, const Converted<double>& y) {
  require_shape(x, {kAny}, "x: expected [points]");
  require_shape(y, {x.shape(0)}, "y: expected [points]");
  require_finite(x, "x: finite numbers");
  require_finite(y, "y: finite numbers");
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
py::array_t<int64_t> py_pick_candidates(const Converted<float>& probability,
                                        const Converted<float>& centers,
                                        const Converted<float>& reach, int32_t most, float faintest,
                                        float faintest_part) {
  require_shape(probability, {kAny, kAny, kAny}, "probability: expected [scenes, rows, S]");
  require_shape(centers, {probability.shape(0), probability.shape(2), 3},
                "centers: expected [scenes, S, 3]");
  require_shape(reach, {probability.shape(0), probability.shape(2)}, "reach: expected [scenes, S]");
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
