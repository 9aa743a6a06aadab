// Python names of the bfloat16 kernels; NumPy has no such type, so arrays are int16 of their bits.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "array_checks.h"
#include "bf16_conv.h"
#include "sparse_checks.h"

namespace py = pybind11;

namespace detailbase {
namespace {

const uint16_t* bits(const Array<int16_t>& array) {
  return reinterpret_cast<const uint16_t*>(array.data());
}

uint16_t* bits_to(Array<int16_t>& array) {
  return reinterpret_cast<uint16_t*>(array.mutable_data());
}

void require_kernels() {
  require(bf16_kernels() != nullptr, "this processor has no products in bfloat16");
}

void require_weight(const py::array& weight) {
  require(weight.ndim() == 3, "weight: expected [out, K, in]");
  require(weight.shape(1) <= kMostOffsets, "weight: of 1024 offsets at most");
  require(weight.shape(0) > 0 && weight.shape(2) > 0, "weight: without channels");
}

Bf16Weight pack_halves(const Array<int16_t>& weight) {
  require_shape(weight, {kAny, kAny, kAny}, "weight: expected [out, K, in]");
  require_weight(weight);
  require_widths(weight.shape(0), weight.shape(2));
  py::gil_scoped_release release;
  return {bits(weight), static_cast<int>(weight.shape(0)), static_cast<int>(weight.shape(1)),
          static_cast<int>(weight.shape(2))};
}

Bf16Weight pack_floats(const py::array_t<float>& weight) {
  const WeightView view = view_weight(weight);
  require_weight(weight);
  py::gil_scoped_release release;
  return Bf16Weight(view);
}

using MaybeFloats = std::optional<Array<float>>;
using MaybeBits = std::optional<Array<int16_t>>;

// `source` without its width, which is checked here; `rows`, its number of rows.
void multiply_pairs(Bf16Source source, int64_t rows, const RowPairs& pairs,
                    const Bf16Weight& weight, int threads, MaybeFloats& result, MaybeBits& norm,
                    const MaybeFloats& added, const MaybeFloats& scale, const MaybeFloats& shift) {
  require_kernels();
  require(source.width == weight.in, "source: expected [rows, in]");
  require(rows > pairs.last_source, "source: the pairs name rows behind its last");
  require(pairs.columns == weight.columns, "weight: expected [out, K, in] with the K of the pairs");
  if (result) require_shape(*result, {pairs.rows, weight.out}, "result: expected [rows, out]");
  if (norm) require_shape(*norm, {pairs.rows, weight.out}, "norm: expected [rows, out]");
  if (added) require_shape(*added, {pairs.rows, weight.out}, "added: expected [rows, out]");
  require(scale.has_value() == shift.has_value(), "scale and shift: expected both or none");
  require(!norm || scale, "norm: expected scale and shift with it");
  if (scale) require_shape(*scale, {weight.out}, "scale: expected [out]");
  if (shift) require_shape(*shift, {weight.out}, "shift: expected [out]");
  require_threads(threads);
  const Finish finish{added ? added->data() : nullptr, scale ? scale->data() : nullptr,
                      shift ? shift->data() : nullptr};
  const Bf16Results results{result ? result->mutable_data() : nullptr,
                            norm ? bits_to(*norm) : nullptr};
  py::gil_scoped_release release;
  bf16_pair_product(source, pairs, weight, finish, results, threads);
}

void multiply_halves(const Array<int16_t>& source, const RowPairs& pairs, const Bf16Weight& weight,
                     int threads, MaybeFloats& result, MaybeBits& norm, const MaybeFloats& added,
                     const MaybeFloats& scale, const MaybeFloats& shift) {
  require_shape(source, {kAny, kAny}, "source: expected [rows, in]");
  require(weight.planes == 1, "source: expected float32, as the weight's");
  multiply_pairs({nullptr, bits(source), static_cast<int>(source.shape(1))}, source.shape(0), pairs,
                 weight, threads, result, norm, added, scale, shift);
}

void multiply_floats(const Array<float>& source, const RowPairs& pairs, const Bf16Weight& weight,
                     int threads, MaybeFloats& result, MaybeBits& norm, const MaybeFloats& added,
                     const MaybeFloats& scale, const MaybeFloats& shift) {
  require_shape(source, {kAny, kAny}, "source: expected [rows, in]");
  multiply_pairs({source.data(), nullptr, static_cast<int>(source.shape(1))}, source.shape(0),
                 pairs, weight, threads, result, norm, added, scale, shift);
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
      .def(py::init(&pack_halves), array("weight"))
      .def(py::init(&pack_floats), array("weight"));
  m.def("bf16_pair_product", &multiply_halves, array("source"), py::arg("pairs"), py::arg("weight"),
        py::arg("threads"), array("result") = py::none(), array("norm") = py::none(),
        array("added") = py::none(), array("scale") = py::none(), array("shift") = py::none());
  m.def("bf16_pair_product", &multiply_floats, array("source"), py::arg("pairs"), py::arg("weight"),
        py::arg("threads"), array("result") = py::none(), array("norm") = py::none(),
        array("added") = py::none(), array("scale") = py::none(), array("shift") = py::none(),
        "result[i] = added[i] + sum over its pairs of weight[:, offset] . source[from]; norm = "
        "max(0, that * scale + shift), which is the result where there is no norm.");
  m.def("bf16_norm_relu", &norm_relu, array("rows"), array("scale"), array("shift"),
        array("result"), py::arg("threads"), "result = max(0, rows * scale + shift).");
  m.def(
      "bf16_instruction_set",
      [] { return std::string(bf16_kernels() == nullptr ? "" : bf16_kernels()->name); },
      "What multiplies in bfloat16 on this machine, \"\" = nothing.");
}

}  // namespace detailbase
