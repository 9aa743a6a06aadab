// Checks of what Python hands over: every binding goes through them before a kernel sees a pointer.
// They throw ValueError (shape, range, number of threads) or IndexError (an index out of range).

#pragma once

#include <pybind11/numpy.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <stdexcept>

#include "vec3.h"

namespace detailbase {

template <class T>
using Array = pybind11::array_t<T, pybind11::array::c_style>;

// As Array, but other types and layouts are converted.
template <class T>
using Converted = pybind11::array_t<T, pybind11::array::c_style | pybind11::array::forcecast>;

constexpr pybind11::ssize_t kAny = -1;
constexpr int64_t kMostRows =
    std::numeric_limits<int32_t>::max() - 1;  // rows are numbered in 32 bits
constexpr int kMostThreads = 1024;
constexpr int64_t kMostWidth = 1 << 16;  // scratch memory of threads grows with widths

inline void require(bool fits, const char* what) {
  if (!fits) throw std::invalid_argument(what);
}

// A shape, kAny where an axis may have any length, and memory where this type may lie.
template <class ArrayOfAnyKind>
void require_shape(const ArrayOfAnyKind& array, std::initializer_list<pybind11::ssize_t> shape,
                   const char* what) {
  bool fits = array.ndim() == static_cast<pybind11::ssize_t>(shape.size());
  pybind11::ssize_t axis = 0;
  for (const pybind11::ssize_t length : shape) {
    fits = fits && (length == kAny || array.shape(axis) == length);
    ++axis;
  }
  require(fits, what);
  const auto address = reinterpret_cast<uintptr_t>(array.data());
  require(address % alignof(typename ArrayOfAnyKind::value_type) == 0,
          "an array is not aligned: copy it");
  for (axis = 0; axis < array.ndim(); ++axis) {
    require(array.shape(axis) <= kMostRows, "an array has more than 2^31 - 2 rows");
  }
}

inline void require_threads(int threads) {
  require(threads >= 1 && threads <= kMostThreads, "threads: from 1 to 1024");
}

inline void require_positive(double number, const char* what) {
  require(std::isfinite(number) && number > 0, what);
}

// low <= number < end for all.
template <class ArrayOfIntegers>
void require_between(const ArrayOfIntegers& numbers, int64_t low, int64_t end, const char* what) {
  const auto* begin = numbers.data();
  bool fit = true;
  for (pybind11::ssize_t i = 0; i < numbers.size(); ++i) {  // no early end: that is slower
    fit &= (begin[i] >= low) & (begin[i] < end);
  }
  if (!fit) throw pybind11::index_error(what);
}

// No NaN, no infinity, nothing beyond `limit` to either side.
template <class ArrayOfFloats>
void require_within(const ArrayOfFloats& numbers, double limit, const char* what) {
  const auto* begin = numbers.data();
  const bool fit = std::all_of(begin, begin + numbers.size(),
                               [=](double number) { return std::abs(number) <= limit; });
  require(fit, what);
}

template <class ArrayOfFloats>
void require_finite(const ArrayOfFloats& numbers, const char* what) {
  require_within(numbers, std::numeric_limits<double>::max(), what);
}

// Of any kind of array: a conversion from one kind to another would count references, for which the
// GIL may not be held.
template <int Flags>
const Vec3* as_vec3(const pybind11::array_t<float, Flags>& array) {
  return reinterpret_cast<const Vec3*>(array.data());
}

}  // namespace detailbase
