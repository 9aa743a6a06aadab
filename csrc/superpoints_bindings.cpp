#include <pybind11/pybind11.h>

namespace detailbase {
void bind_superpoints(pybind11::module_&) {}
}  // namespace detailbase
