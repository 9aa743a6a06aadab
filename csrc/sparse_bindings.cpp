// Python names of the sparse convolution kernels. Arguments are checked here, then the GIL goes.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "array_checks.h"
#include "sparse_checks.h"
#include "sparse_conv.h"
#include "sparse_maps.h"

namespace py = pybind11;

namespace detailbase {
namespace {

RowPairs list_pairs_py(const Array<int32_t>& table, int threads) {
  require_shape(table, {kAny, kAny}, "table: expected [rows, K]");
  require(table.shape(1) <= kMostOffsets, "table: of 1024 offsets at most");
  require_threads(threads);
  py::gil_scoped_release release;
  return list_pairs(table.data(), table.shape(0), static_cast<int>(table.shape(1)), threads);
}

RowPairs list_pairs_of_slots_py(const Array<int32_t>& parent, const Array<int32_t>& slot,
                                int columns, int threads) {
  require_shape(parent, {kAny}, "parent: expected [rows]");
  require_shape(slot, {parent.shape(0)}, "slot: expected [rows]");
  require(columns >= 0 && columns <= kMostOffsets, "columns: from 0 to 1024");
  require_between(slot, 0, columns, "slot: below 0, or no offset of that number");
  require_threads(threads);
  py::gil_scoped_release release;
  return list_pairs_of_slots(parent.data(), slot.data(), parent.shape(0), columns, threads);
}

using MaybeArray = std::optional<Array<float>>;

void pair_product_py(const Array<float>& source, const RowPairs& pairs,
                     const py::array_t<float>& weight, Array<float>& result, int threads,
                     const MaybeArray& added, const MaybeArray& scale, const MaybeArray& shift) {
  const WeightView w = view_weight(weight);
  require_shape(source, {kAny, w.in}, "source: expected [rows, in]");
  require(source.shape(0) > pairs.last_source, "source: the pairs name rows behind its last");
  require(pairs.columns == w.columns, "weight: expected [out, K, in] with the K of the pairs");
  require_shape(result, {pairs.rows, w.out}, "result: expected [rows of the pairs, out]");
  if (added) require_shape(*added, {pairs.rows, w.out}, "added: expected the shape of the result");
  require(!scale == !shift, "scale and shift: expected both or none");
  if (scale) require_shape(*scale, {w.out}, "scale: expected [out]");
  if (shift) require_shape(*shift, {w.out}, "shift: expected [out]");
  require_threads(threads);
  const Finish finish{added ? added->data() : nullptr, scale ? scale->data() : nullptr,
                      shift ? shift->data() : nullptr};
  float* to = result.mutable_data();
  py::gil_scoped_release release;
  pair_product(source.data(), pairs, w, finish, to, threads);
}

void gather_outer_py(const Array<float>& left, const Array<float>& source,
                     const Array<int32_t>& table, Array<float>& result, int threads) {
  require_shape(left, {kAny, kAny}, "left: expected [rows, out]");
  require_shape(source, {kAny, kAny}, "source: expected [source rows, in]");
  require_shape(table, {left.shape(0), kAny}, "table: expected [rows, K]");
  require_shape(result, {left.shape(1), table.shape(1), source.shape(1)},
                "result: expected [out, K, in]");
  require(table.shape(1) <= kMostOffsets, "table: of 1024 offsets at most");
  require_widths(left.shape(1), source.shape(1));
  require_between(table, std::numeric_limits<int32_t>::min(), source.shape(0),
                  "table: names rows behind the last of source");
  require_threads(threads);
  float* to = result.mutable_data();
  py::gil_scoped_release release;
  gather_outer(left.data(), static_cast<int>(left.shape(1)), source.data(),
               static_cast<int>(source.shape(1)), table.data(), table.shape(0),
               static_cast<int>(table.shape(1)), to, threads);
}

void neighbour_table_py(const Array<int64_t>& keys, Array<int32_t>& table, int threads) {
  require_shape(keys, {kAny}, "keys: expected [voxels]");
  require_shape(table, {keys.shape(0), 27}, "table: expected [voxels, 27]");
  const int64_t *begin = keys.data(), *end = begin + keys.shape(0);
  require(std::adjacent_find(begin, end, std::greater_equal<>()) == end,
          "keys: expected ascending ones, each once");
  require_threads(threads);
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
  m.def("instruction_set", [] { return std::string(kernels_in_use().name); }, "The one in use.");
  m.def("use_instruction_set", &use_instruction_set_py, py::arg("name"),
        "Compute with this one from now on; the best is in use otherwise.");
}

}  // namespace detailbase
