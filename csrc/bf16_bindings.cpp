// Python names of the bfloat16 kernels; NumPy has no such type, so arrays are int16 of their bits.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "array_checks.h"
#include "bf16_conv.h"

namespace py = pybind11;

namespace detailbase {
namespace {

constexpr int64_t kMostOffsets = 1024;

const uint16_t* bits(const Array<int16_t>& array) {
  return reinterpret_cast<const uint16_t*>(array.data());
}

uint16_t* bits_to(Array<int16_t>& array) {
  return reinterpret_cast<uint16_t*>(array.mutable_data());
}

void require_kernels() {
  require(bf16_kernels() != nullptr, "this processor has no products in bfloat16");
}

Bf16Weight pack_weight(const Array<int16_t>& weight) {
  require_shape(weight, {kAny, kAny, kAny}, "weight: expected [out, K, in]");
  require(weight.shape(1) <= kMostOffsets, "weight: of 1024 offsets at most");
  require(weight.shape(0) > 0 && weight.shape(2) > 0, "weight: without channels");
  require(weight.shape(0) <= kMostWidth && weight.shape(2) <= kMostWidth,
          "in, out: 65536 channels at most");
  py::gil_scoped_release release;
  return {bits(weight), static_cast<int>(weight.shape(0)), static_cast<int>(weight.shape(1)),
          static_cast<int>(weight.shape(2))};
}

using MaybeFloats = std::optional<Array<float>>;
using MaybeBits = std::optional<Array<int16_t>>;

void multiply_pairs(const Array<int16_t>& source, const RowPairs& pairs, const Bf16Weight& weight,
                    int threads, MaybeFloats& result, MaybeBits& norm, const MaybeFloats& added,
                    const MaybeFloats& scale, const MaybeFloats& shift) {
  require_kernels();
  require_shape(source, {kAny, weight.in}, "source: expected [rows, in]");
  require(source.shape(0) > pairs.last_source, "source: the pairs name rows behind its last");
  require(pairs.columns == weight.columns, "weight: expected [out, K, in] with the K of the pairs");
  if (result) require_shape(*result, {pairs.rows, weight.out}, "result: expected [rows, out]");
  if (norm) require_shape(*norm, {pairs.rows, weight.out}, "norm: expected [rows, out]");
  if (added) require_shape(*added, {pairs.rows, weight.out}, "added: expected [rows, out]");
  require(norm.has_value() == scale.has_value() && norm.has_value() == shift.has_value(),
          "norm, scale and shift: expected all or none");
  if (scale) require_shape(*scale, {weight.out}, "scale: expected [out]");
  if (shift) require_shape(*shift, {weight.out}, "shift: expected [out]");
  require_threads(threads);
  const Finish finish{added ? added->data() : nullptr, scale ? scale->data() : nullptr,
                      shift ? shift->data() : nullptr};
  const Bf16Results results{result ? result->mutable_data() : nullptr,
                            norm ? bits_to(*norm) : nullptr};
  const uint16_t* from = bits(source);
  py::gil_scoped_release release;
  bf16_pair_product(from, pairs, weight, finish, results, threads);
}

void norm_relu(const Array<float>& rows, const Array<float>& scale, const Array<float>& shift,
               Array<int16_t>& result, int threads) {
  require_kernels();
  require_shape(rows, {kAny, kAny}, "rows: expected [rows, width]");
  require_shape(scale, {rows.shape(1)}, "scale: expected [width]");
  require_shape(shift, {rows.shape(1)}, "shift: expected [width]");
  require_shape(result, {rows.shape(0), rows.shape(1)}, "result: expected the shape of rows");
  require(rows.shape(1) <= kMostWidth, "rows: 65536 channels at most");
  require_threads(threads);
  uint16_t* to = bits_to(result);
  py::gil_scoped_release release;
  bf16_norm_relu(rows.data(), rows.shape(0), static_cast<int>(rows.shape(1)), scale.data(),
                 shift.data(), to, threads);
}

}  // namespace

void bind_bf16(py::module_& m) {
  const auto array = [](const char* name) { return py::arg(name).noconvert(); };
  py::class_<Bf16Weight>(m, "Bf16Weight", "A weight [out, K, in], packed for many products.")
      .def(py::init(&pack_weight), array("weight"));
  m.def("bf16_pair_product", &multiply_pairs, array("source"), py::arg("pairs"), py::arg("weight"),
        py::arg("threads"), array("result") = py::none(), array("norm") = py::none(),
        array("added") = py::none(), array("scale") = py::none(), array("shift") = py::none(),
        "result[i] = added[i] + sum over its pairs of weight[:, offset] . source[from]; "
        "norm = max(0, that * scale + shift).");
  m.def("bf16_norm_relu", &norm_relu, array("rows"), array("scale"), array("shift"),
        array("result"), py::arg("threads"), "result = max(0, rows * scale + shift).");
  m.def(
      "bf16_instruction_set",
      [] { return std::string(bf16_kernels() == nullptr ? "" : bf16_kernels()->name); },
      "What multiplies in bfloat16 on this machine, \"\" = nothing.");
}

}  // namespace detailbase
