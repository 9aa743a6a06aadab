// Checks of the weights of sparse convolutions that Python hands over.

#pragma once

#include <pybind11/numpy.h>

#include "array_checks.h"
#include "sparse_conv.h"

namespace detailbase {

constexpr int64_t kMostOffsets = 1024;

inline void require_widths(int64_t out, int64_t in) {
  require(out <= kMostWidth && in <= kMostWidth, "in, out: 65536 channels at most");
}

inline WeightView view_weight(const pybind11::array_t<float>& weight) {
  require_shape(weight, {kAny, kAny, kAny}, "weight: expected [out, K, in]");
  require_widths(weight.shape(0), weight.shape(2));
  const auto floats = [&](int axis) {
    require(weight.strides(axis) % static_cast<pybind11::ssize_t>(sizeof(float)) == 0,
            "weight: its numbers do not lie whole numbers apart");
    return static_cast<int64_t>(weight.strides(axis)) / static_cast<int64_t>(sizeof(float));
  };
  return {weight.data(),
          static_cast<int>(weight.shape(0)),
          static_cast<int>(weight.shape(1)),
          static_cast<int>(weight.shape(2)),
          floats(0),
          floats(1),
          floats(2)};
}

}  // namespace detailbase
