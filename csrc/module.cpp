// The Python module detailbase_core._C: native kernels on NumPy buffers, not linked to torch.

#include <pybind11/pybind11.h>

namespace detailbase {
void bind_bf16(pybind11::module_& m);         // bf16_bindings.cpp
void bind_decoder(pybind11::module_& m);      // decoder_bindings.cpp
void bind_groups(pybind11::module_& m);       // groups_bindings.cpp
void bind_objects(pybind11::module_& m);      // objects_bindings.cpp
void bind_row_panels(pybind11::module_& m);   // row_panels_bindings.cpp
void bind_sparse(pybind11::module_& m);       // sparse_bindings.cpp
void bind_superpoints(pybind11::module_& m);  // superpoints_bindings.cpp
void bind_scene_map(pybind11::module_& m);    // scene_map_bindings.cpp
void bind_surfels(pybind11::module_& m);      // surfels_bindings.cpp
}  // namespace detailbase

PYBIND11_MODULE(_C, m) {
  m.doc() = "Native kernels of detailbase_core.";
  detailbase::bind_bf16(m);
  detailbase::bind_decoder(m);
  detailbase::bind_groups(m);
  detailbase::bind_objects(m);
  detailbase::bind_row_panels(m);
  detailbase::bind_sparse(m);
  detailbase::bind_superpoints(m);
  detailbase::bind_scene_map(m);
  detailbase::bind_surfels(m);
}
