// Python face of row panels. Shapes are checked here, then the GIL goes.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "array_checks.h"
#include "row_panels.h"

namespace py = pybind11;

namespace detailbase {
namespace {

RowPanels packed(const Array<float>& rows, int threads) {
  require_shape(rows, {kAny, kAny, kAny}, "rows: expected [batch, rows, width]");
  require_threads(threads);
  py::gil_scoped_release release;
  return {rows.data(), rows.shape(0), rows.shape(1), static_cast<int>(rows.shape(2)), threads};
}

void add_products(const RowPanels& panels, const Array<float>& left, Array<float>& result,
                  int threads) {
  require_shape(left, {panels.batch(), kAny, panels.width()},
                "left: expected [batch, lefts, width], with batch and width of the panels");
  require_shape(result, {left.shape(0), left.shape(1), panels.count()},
                "result: expected [batch, lefts, rows of the panels]");
  require_threads(threads);
  float* to = result.mutable_data();
  py::gil_scoped_release release;
  panels.add_products(left.data(), left.shape(1), to, threads);
}

}  // namespace

void bind_row_panels(py::module_& m) {
  py::class_<RowPanels>(m, "RowPanels", "Rows [batch, rows, width], packed for many products.")
      .def(py::init(&packed), py::arg("rows").noconvert(), py::arg("threads"))
      .def("add_products", &add_products, py::arg("left").noconvert(),
           py::arg("result").noconvert(), py::arg("threads"),
           "result[b, m, r] += left[b, m] . rows[b, r].");
}

}  // namespace detailbase
