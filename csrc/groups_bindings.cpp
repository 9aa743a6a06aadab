// Python face of voxel cells, groups of rows and norms. Shapes and ranges are checked here.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>

#include "array_checks.h"
#include "norm_relu.h"
#include "row_groups.h"
#include "voxel_cells.h"

namespace py = pybind11;

namespace detailbase {
namespace {

void require_below(const Array<int64_t>& numbers, int64_t end, const char* what) {
  const int64_t* begin = numbers.data();
  const bool fit = std::all_of(begin, begin + numbers.shape(0), [=](int64_t number) {
    return static_cast<uint64_t>(number) < static_cast<uint64_t>(end);
  });
  if (!fit) throw py::index_error(what);
}

GroupedRows grouped(const Array<float>& rows, const Array<int64_t>& group,
                    const Array<float>& groups) {
  require(rows.ndim() == 2 && group.ndim() == 1 && group.shape(0) == rows.shape(0),
          "rows, group: expected [rows, width], [rows]");
  require(groups.ndim() == 2 && groups.shape(1) == rows.shape(1),
          "means, low: expected [groups, width]");
  require_below(group, groups.shape(0), "group: below 0, or no group of that number");
  return {rows.data(), group.data(), rows.shape(0), static_cast<int>(rows.shape(1)),
          groups.shape(0)};
}

void group_means_py(const Array<float>& rows, const Array<int64_t>& group, Array<float>& means,
                    int threads) {
  const GroupedRows of = grouped(rows, group, means);
  float* to = means.mutable_data();
  py::gil_scoped_release release;
  group_means(of, to, threads);
}

void group_bounds_py(const Array<float>& rows, const Array<int64_t>& group, Array<float>& low,
                     Array<float>& high, int threads) {
  const GroupedRows of = grouped(rows, group, low);
  require(high.ndim() == 2 && high.shape(0) == of.groups && high.shape(1) == of.width,
          "high: expected the shape of low");
  float *least = low.mutable_data(), *greatest = high.mutable_data();
  py::gil_scoped_release release;
  group_bounds(of, least, greatest, threads);
}

py::tuple distinct_keys_py(const Array<int64_t>& keys, Array<int64_t>& number, int threads) {
  require(keys.ndim() == 1 && number.ndim() == 1 && number.shape(0) == keys.shape(0),
          "keys, number: expected [rows] each");
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
  require(xyz.ndim() == 2 && xyz.shape(1) == 3 && scene.ndim() == 1 && keys.ndim() == 1 &&
              scene.shape(0) == xyz.shape(0) && keys.shape(0) == xyz.shape(0),
          "xyz, scene, keys: expected [points, 3], [points], [points]");
  require(corners.ndim() == 2 && corners.shape(1) == 3, "corners: expected [scenes, 3]");
  require_below(scene, corners.shape(0), "scene: below 0, or there is no corner for it");
  int64_t* to = keys.mutable_data();
  CellFacts facts;
  {
    py::gil_scoped_release release;
    facts = cell_keys(reinterpret_cast<const Vec3*>(xyz.data()), scene.data(), xyz.shape(0),
                      voxel_size, corners.data(), to, threads);
  }
  return py::make_tuple(facts.highest[0], facts.highest[1], facts.highest[2], facts.lowest,
                        facts.extent);
}

void norm_relu_py(const Array<float>& rows, const Array<float>& scale, const Array<float>& shift,
                  Array<float>& result, int threads) {
  require(rows.ndim() == 2 && scale.ndim() == 1 && shift.ndim() == 1 &&
              scale.shape(0) == rows.shape(1) && shift.shape(0) == rows.shape(1),
          "rows, scale, shift: expected [rows, width], [width], [width]");
  require(
      result.ndim() == 2 && result.shape(0) == rows.shape(0) && result.shape(1) == rows.shape(1),
      "result: expected [rows, width]");
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
  m.def("norm_relu", &norm_relu_py, array("rows"), array("scale"), array("shift"), array("result"),
        py::arg("threads"), "result = max(0, rows * scale + shift).");
}

}  // namespace detailbase
