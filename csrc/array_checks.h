// What the bindings that check their arguments share.

#pragma once

#include <pybind11/numpy.h>

#include <stdexcept>

namespace detailbase {

template <class T>
using Array = pybind11::array_t<T, pybind11::array::c_style>;

inline void require(bool fits, const char* what) {
  if (!fits) throw std::invalid_argument(what);
}

}  // namespace detailbase
