#include <pybind11/pybind11.h>

namespace detailbase {
void bind_scene_map(pybind11::module_&) {}
}  // namespace detailbase
