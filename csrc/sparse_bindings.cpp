// Python names of the sparse convolution kernels. Arguments are checked here, then the GIL goes.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "array_checks.h"
#include "sparse_conv.h"
#include "sparse_maps.h"

namespace py = pybind11;

namespace detailbase {
namespace {

WeightView view(const py::array_t<float>& weight) {
  require(weight.ndim() == 3, "weight: expected [out, K, in]");
  const auto floats = [&](int axis) { return static_cast<int64_t>(weight.strides(axis)) / 4; };
  return {weight.data(),
          static_cast<int>(weight.shape(0)),
          static_cast<int>(weight.shape(1)),
          static_cast<int>(weight.shape(2)),
          floats(0),
          floats(1),
          floats(2)};
}

RowPairs list_pairs_py(const Array<int32_t>& table, int threads) {
  require(table.ndim() == 2, "table: expected [rows, K]");
  py::gil_scoped_release release;
  return list_pairs(table.data(), table.shape(0), static_cast<int>(table.shape(1)), threads);
}

RowPairs list_pairs_of_slots_py(const Array<int32_t>& parent, const Array<int32_t>& slot,
                                int columns, int threads) {
  require(parent.ndim() == 1 && slot.ndim() == 1 && parent.shape(0) == slot.shape(0),
          "parent, slot: expected [rows] each");
  py::gil_scoped_release release;
  return list_pairs_of_slots(parent.data(), slot.data(), parent.shape(0), columns, threads);
}

using MaybeArray = std::optional<Array<float>>;

void pair_product_py(const Array<float>& source, const RowPairs& pairs,
                     const py::array_t<float>& weight, Array<float>& result, int threads,
                     const MaybeArray& added, const MaybeArray& scale, const MaybeArray& shift) {
  const WeightView w = view(weight);
  require(source.ndim() == 2 && source.shape(1) == w.in, "source: expected [rows, in]");
  require(source.shape(0) > pairs.last_source, "source: the pairs name rows behind its last");
  require(pairs.columns == w.columns, "weight: expected [out, K, in] with the K of the pairs");
  require(result.ndim() == 2 && result.shape(0) == pairs.rows && result.shape(1) == w.out,
          "result: expected [rows of the pairs, out]");
  require(
      !added || (added->ndim() == 2 && added->shape(0) == pairs.rows && added->shape(1) == w.out),
      "added: expected the shape of the result");
  require(!scale == !shift, "scale and shift: expected both or none");
  require(!scale || (scale->ndim() == 1 && scale->shape(0) == w.out && shift->ndim() == 1 &&
                     shift->shape(0) == w.out),
          "scale, shift: expected [out] each");
  const Finish finish{added ? added->data() : nullptr, scale ? scale->data() : nullptr,
                      shift ? shift->data() : nullptr};
  float* to = result.mutable_data();
  py::gil_scoped_release release;
  pair_product(source.data(), pairs, w, finish, to, threads);
}

void gather_outer_py(const Array<float>& left, const Array<float>& source,
                     const Array<int32_t>& table, Array<float>& result, int threads) {
  require(left.ndim() == 2 && source.ndim() == 2 && table.ndim() == 2 &&
              left.shape(0) == table.shape(0),
          "left, source, table: expected [rows, out], [source rows, in], [rows, K]");
  require(result.ndim() == 3 && result.shape(0) == left.shape(1) &&
              result.shape(1) == table.shape(1) && result.shape(2) == source.shape(1),
          "result: expected [out, K, in]");
  float* to = result.mutable_data();
  py::gil_scoped_release release;
  gather_outer(left.data(), static_cast<int>(left.shape(1)), source.data(),
               static_cast<int>(source.shape(1)), table.data(), table.shape(0),
               static_cast<int>(table.shape(1)), to, threads);
}

void neighbour_table_py(const Array<int64_t>& keys, Array<int32_t>& table, int threads) {
  require(keys.ndim() == 1 && table.ndim() == 2 && table.shape(0) == keys.shape(0) &&
              table.shape(1) == 27,
          "keys, table: expected [voxels], [voxels, 27]");
  int32_t* to = table.mutable_data();
  py::gil_scoped_release release;
  neighbour_table(keys.data(), keys.shape(0), to, threads);
}

void use_instruction_set_py(const std::string& name) {
  if (!use_instruction_set(name))
    throw std::invalid_argument("instruction set '" + name + "' does not run on this machine");
}

}  // namespace

void bind_sparse(py::module_& m) {
  const auto array = [](const char* name) { return py::arg(name).noconvert(); };
  py::class_<RowPairs>(m, "RowPairs");
  m.def("list_pairs", &list_pairs_py, array("table"), py::arg("threads"),
        "Which source rows take part in which result rows: table[i, k], -1 = none.");
  m.def("list_pairs_of_slots", &list_pairs_of_slots_py, array("parent"), array("slot"),
        py::arg("columns"), py::arg("threads"), "The same of parent[i] at offset slot[i].");
  m.def("pair_product", &pair_product_py, array("source"), py::arg("pairs"), array("weight"),
        array("result"), py::arg("threads"), array("added") = py::none(),
        array("scale") = py::none(), array("shift") = py::none(),
        "result[i] = added[i] + sum over its pairs of weight[:, offset] . source[from]; with scale "
        "and shift max(0, that * scale + shift).");
  m.def("gather_outer", &gather_outer_py, array("left"), array("source"), array("table"),
        array("result"), py::arg("threads"),
        "result[:, k] = sum over i of left[i] (x) source[table[i, k]].");
  m.def("neighbour_table", &neighbour_table_py, array("keys"), array("table"), py::arg("threads"),
        "Rows [V, 27] of each voxel's neighbours from ascending Morton keys [V].");
  m.def("instruction_sets", &instruction_sets, "Those that this machine runs, best first.");
  m.def("use_instruction_set", &use_instruction_set_py, py::arg("name"),
        "Compute with this one from now on; the best is in use otherwise.");
}

}  // namespace detailbase
