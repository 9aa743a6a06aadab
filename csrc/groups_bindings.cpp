// Python face of voxel cells, groups of rows and norms. Shapes and ranges are checked here.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "array_checks.h"
#include "norm_relu.h"
#include "row_groups.h"
#include "voxel_cells.h"

namespace py = pybind11;

namespace detailbase {
namespace {

constexpr int64_t kMostScenes = 1 << 15;  // a key has that many bits for them

GroupedRows grouped(const Array<float>& rows, const Array<int64_t>& group,
                    const Array<float>& groups, int threads) {
  require_shape(rows, {kAny, kAny}, "rows: expected [rows, width]");
  require_shape(group, {rows.shape(0)}, "group: expected [rows]");
  require_shape(groups, {kAny, rows.shape(1)}, "means, low: expected [groups, width]");
  require_between(group, 0, groups.shape(0), "group: below 0, or no group of that number");
  require_threads(threads);
  return {rows.data(), group.data(), rows.shape(0), static_cast<int>(rows.shape(1)),
          groups.shape(0)};
}

void group_means_py(const Array<float>& rows, const Array<int64_t>& group, Array<float>& means,
                    int threads) {
  const GroupedRows of = grouped(rows, group, means, threads);
  float* to = means.mutable_data();
  py::gil_scoped_release release;
  group_means(of, to, threads);
}

void group_bounds_py(const Array<float>& rows, const Array<int64_t>& group, Array<float>& low,
                     Array<float>& high, int threads) {
  const GroupedRows of = grouped(rows, group, low, threads);
  require_shape(high, {low.shape(0), low.shape(1)}, "high: expected the shape of low");
  float *least = low.mutable_data(), *greatest = high.mutable_data();
  py::gil_scoped_release release;
  group_bounds(of, least, greatest, threads);
}

py::tuple distinct_keys_py(const Array<int64_t>& keys, Array<int64_t>& number, int threads) {
  require_shape(keys, {kAny}, "keys: expected [rows]");
  require_shape(number, {keys.shape(0)}, "number: expected [rows]");
  require_threads(threads);
  int64_t* to = number.mutable_data();
  DistinctKeys distinct;
  {
    py::gil_scoped_release release;
    distinct = distinct_keys(keys.data(), keys.shape(0), to, threads);
  }
  const auto array = [](const std::vector<int64_t>& values) {
    return py::array_t<int64_t>(static_cast<py::ssize_t>(values.size()), values.data());
  };
  return py::make_tuple(array(distinct.keys), array(distinct.counts));
}

// (highest x, y, z, lowest, extent)
py::tuple cell_keys_py(const Array<float>& xyz, const Array<int64_t>& scene, double voxel_size,
                       const Array<double>& corners, Array<int64_t>& keys, int threads) {
  require_shape(xyz, {kAny, 3}, "xyz: expected [points, 3]");
  require_shape(scene, {xyz.shape(0)}, "scene: expected [points]");
  require_shape(keys, {xyz.shape(0)}, "keys: expected [points]");
  require_shape(corners, {kAny, 3}, "corners: expected [scenes, 3]");
  require(corners.shape(0) <= kMostScenes, "corners: of 32768 scenes at most");
  require_between(scene, 0, corners.shape(0), "scene: below 0, or there is no corner for it");
  require_positive(voxel_size, "voxel_size: above 0");
  require_threads(threads);
  int64_t* to = keys.mutable_data();
  CellFacts facts;
  {
    py::gil_scoped_release release;
    facts = cell_keys(as_vec3(xyz), scene.data(), xyz.shape(0), voxel_size, corners.data(), to,
                      threads);
  }
  return py::make_tuple(facts.highest[0], facts.highest[1], facts.highest[2], facts.lowest,
                        facts.extent);
}

void keys_of_coords_py(const Array<int32_t>& coords, Array<int64_t>& keys, int threads) {
  require_shape(coords, {kAny, 4}, "coords: expected [voxels, 4]");
  require_shape(keys, {coords.shape(0)}, "keys: expected [voxels]");
  require_threads(threads);
  int64_t* to = keys.mutable_data();
  py::gil_scoped_release release;
  keys_of_coords(coords.data(), coords.shape(0), to, threads);
}

void coords_of_keys_py(const Array<int64_t>& keys, Array<int32_t>& coords, int threads) {
  require_shape(keys, {kAny}, "keys: expected [voxels]");
  require_shape(coords, {keys.shape(0), 4}, "coords: expected [voxels, 4]");
  require_threads(threads);
  int32_t* to = coords.mutable_data();
  py::gil_scoped_release release;
  coords_of_keys(keys.data(), keys.shape(0), to, threads);
}

void norm_relu_py(const Array<float>& rows, const Array<float>& scale, const Array<float>& shift,
                  Array<float>& result, int threads) {
  require_shape(rows, {kAny, kAny}, "rows: expected [rows, width]");
  require_shape(scale, {rows.shape(1)}, "scale: expected [width]");
  require_shape(shift, {rows.shape(1)}, "shift: expected [width]");
  require_shape(result, {rows.shape(0), rows.shape(1)}, "result: expected [rows, width]");
  require_threads(threads);
  float* to = result.mutable_data();
  py::gil_scoped_release release;
  norm_relu(rows.data(), rows.shape(0), static_cast<int>(rows.shape(1)), scale.data(), shift.data(),
            to, threads);
}

}  // namespace

void bind_groups(py::module_& m) {
  const auto array = [](const char* name) { return py::arg(name).noconvert(); };
  m.def("group_means", &group_means_py, array("rows"), array("group"), array("means"),
        py::arg("threads"), "Mean row of each group; zeros where it has none.");
  m.def("group_bounds", &group_bounds_py, array("rows"), array("group"), array("low"),
        array("high"), py::arg("threads"), "Least and greatest of each column of each group.");
  m.def("distinct_keys", &distinct_keys_py, array("keys"), array("number"), py::arg("threads"),
        "The distinct keys, ascending, and their counts; number = which of them each key is.");
  m.def("cell_keys", &cell_keys_py, array("xyz"), array("scene"), py::arg("voxel_size"),
        array("corners"), array("keys"), py::arg("threads"),
        "Morton keys of the points' cells; the highest cells, the lowest, and the extent.");
  m.def("keys_of_coords", &keys_of_coords_py, array("coords"), array("keys"), py::arg("threads"),
        "Morton keys of coords (scene, x, y, z).");
  m.def("coords_of_keys", &coords_of_keys_py, array("keys"), array("coords"), py::arg("threads"),
        "The other way round.");
  m.def("norm_relu", &norm_relu_py, array("rows"), array("scale"), array("shift"), array("result"),
        py::arg("threads"), "result = max(0, rows * scale + shift).");
}

}  // namespace detailbase
