// Python face of row panels. Shapes are checked here, then the GIL goes.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <limits>

#include "array_checks.h"
#include "row_panels.h"

namespace py = pybind11;

namespace detailbase {
namespace {

RowPanels packed(const Array<float>& rows, int threads) {
  require(rows.ndim() == 3 && rows.shape(2) <= std::numeric_limits<int>::max(),
          "rows: expected [batch, rows, width]");
  require(threads > 0, "threads: at least one");
  py::gil_scoped_release release;
  return {rows.data(), rows.shape(0), rows.shape(1), static_cast<int>(rows.shape(2)), threads};
}

void add_products(const RowPanels& panels, const Array<float>& left, Array<float>& result,
                  int threads) {
  require(left.ndim() == 3 && left.shape(0) == panels.batch() && left.shape(2) == panels.width(),
          "left: expected [batch, lefts, width], with batch and width of the panels");
  require(result.ndim() == 3 && result.shape(0) == left.shape(0) &&
              result.shape(1) == left.shape(1) && result.shape(2) == panels.count(),
          "result: expected [batch, lefts, rows of the panels]");
  require(threads > 0, "threads: at least one");
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
