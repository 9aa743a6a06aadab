// Python face of the decoder's kernels. Shapes are checked here, then the GIL goes.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <optional>

#include "array_checks.h"
#include "attention.h"
#include "mask_drawing.h"
#include "row_panels.h"

namespace py = pybind11;

namespace detailbase {
namespace {

// Of each part of the scenes its blocks.
template <class T>
using Blocks = std::vector<std::vector<T>>;
using Panels = Blocks<const RowPanels*>;

struct Size {
  int64_t scenes = 0;
  int64_t rows = 0;  // of the scene that has most
};

// Of panels for each of `heads` in each scene, or [scenes, rows, width] with one.
Size size_of(const Panels& parts, int64_t heads, int64_t width, const char* what) {
  Size size;
  for (const auto& blocks : parts) {
    require(!blocks.empty() && blocks.front() != nullptr, what);
    const int64_t batch = blocks.front()->batch();
    require(batch > 0 && batch % heads == 0, what);
    int64_t rows = 0;
    for (const RowPanels* one : blocks) {
      require(one != nullptr && one->batch() == batch && one->width() == width, what);
      rows += one->count();
    }
    require(rows <= kMostRows, what);
    size.scenes += batch / heads;
    size.rows = std::max(size.rows, rows);
  }
  return size;
}

void require_alike(const Panels& parts, const Panels& like, int64_t heads, int64_t width,
                   const char* what) {
  require(parts.size() == like.size(), what);
  for (size_t i = 0; i < parts.size(); ++i) {
    require(parts[i].size() == like[i].size(), what);
    for (size_t j = 0; j < parts[i].size(); ++j) {
      const RowPanels* one = parts[i][j];
      require(one != nullptr && one->count() == like[i][j]->count() &&
                  one->batch() * heads == like[i][j]->batch() && one->width() == width,
              what);
    }
  }
}

Array<float> attend_to_blocks(const Panels& keys, const Panels& positions,
                              const Blocks<Array<float>>& values, const Array<float>& queries,
                              const Array<float>& preferences, const Array<bool>& allowed,
                              int threads) {
  require_shape(queries, {kAny, kAny, kAny, kAny},
                "queries: expected [scenes, heads, queries, width]");
  const int64_t scenes = queries.shape(0), heads = queries.shape(1), count = queries.shape(2);
  require(scenes > 0 && heads > 0, "queries: expected a scene and a head or more");
  require_shape(preferences, {scenes, heads, count, kAny},
                "preferences: expected [scenes, heads, queries, width of positions]");
  const Size size = size_of(keys, heads, queries.shape(3),
                            "keys: expected blocks [some scenes * heads, rows, width]");
  require(size.scenes == scenes, "keys: expected those of as many scenes as of the queries");
  require_alike(positions, keys, heads, preferences.shape(3),
                "positions: expected blocks [some scenes, rows of keys, their width]");
  require_shape(allowed, {scenes, count, size.rows}, "allowed: expected [scenes, queries, rows]");
  require(
      values.size() == keys.size() && !values.front().empty() && values.front().front().ndim() == 3,
      "values: expected blocks [some scenes * heads, rows of keys, width]");
  const auto width = values.front().front().shape(2);
  require(width > 0 && width % 16 == 0 && width <= kMostWidth, "values: of a width of whole 16");
  std::vector<AttendedScenes> parts;
  for (size_t i = 0; i < keys.size(); ++i) {
    require(values[i].size() == keys[i].size(), "values: expected as many blocks as of keys");
    parts.push_back({{}, keys[i].front()->batch() / heads});
    for (size_t j = 0; j < keys[i].size(); ++j) {
      require_shape(values[i][j], {keys[i][j]->batch(), keys[i][j]->count(), width},
                    "values: expected blocks [some scenes * heads, rows of keys, width]");
      parts.back().blocks.push_back({keys[i][j], positions[i][j], values[i][j].data()});
    }
  }
  require_threads(threads);
  const AttentionQueries asked{
      heads,          count,     queries.data(),         preferences.data(),
      allowed.data(), size.rows, static_cast<int>(width)};
  Array<float> result({scenes, heads, count, static_cast<int64_t>(width)});
  float* to = result.mutable_data();
  {
    py::gil_scoped_release release;
    attend(parts, asked, to, threads);
  }
  return result;
}

py::tuple draw_masks_of_blocks(const Panels& features, const Panels& positions,
                               const Array<float>& queries,
                               const std::optional<Array<float>>& preferences,
                               const Array<float>& places, const Array<bool>& padding,
                               int threads) {
  require_shape(queries, {kAny, kAny, kAny}, "queries: expected [scenes, queries, width]");
  const int64_t scenes = queries.shape(0), count = queries.shape(1);
  const Size size = size_of(features, 1, queries.shape(2),
                            "features: expected blocks [some scenes, rows, width]");
  require(size.scenes == scenes, "features: expected those of as many scenes as of the queries");
  if (preferences) {
    require_shape(*preferences, {scenes, count, kAny},
                  "preferences: expected [scenes, queries, width of positions]");
    require_alike(positions, features, 1, preferences->shape(2),
                  "positions: expected blocks [some scenes, rows of features, their width]");
  }
  require_shape(places, {scenes, size.rows, 3}, "places: expected [scenes, rows, 3]");
  require_shape(padding, {scenes, size.rows}, "padding: expected [scenes, rows]");
  require_threads(threads);
  std::vector<DrawnScenes> parts;
  for (size_t i = 0; i < features.size(); ++i) {
    parts.push_back({{}, features[i].front()->batch()});
    for (size_t j = 0; j < features[i].size(); ++j)
      parts.back().blocks.push_back({features[i][j], preferences ? positions[i][j] : nullptr});
  }
  const MaskQueries asked{count,     queries.data(),  preferences ? preferences->data() : nullptr,
                          size.rows, as_vec3(places), padding.data()};
  Array<float> logits({scenes, count, size.rows}), centroids({scenes, count, int64_t{3}});
  Array<bool> visible({scenes, count, size.rows});
  float* to = logits.mutable_data();
  bool* seen = visible.mutable_data();
  auto* middles = reinterpret_cast<Vec3*>(centroids.mutable_data());
  {
    py::gil_scoped_release release;
    draw_masks(parts, asked, to, seen, middles, threads);
  }
  return py::make_tuple(logits, visible, centroids);
}

}  // namespace

void bind_decoder(py::module_& m) {
  m.def("attend", &attend_to_blocks, py::arg("keys"), py::arg("positions"),
        py::arg("values").noconvert(), py::arg("queries").noconvert(),
        py::arg("preferences").noconvert(), py::arg("allowed").noconvert(), py::arg("threads"),
        "What queries [scenes, heads, queries, width] make of the values of their scenes' rows.");
  m.def("draw_masks", &draw_masks_of_blocks, py::arg("features"), py::arg("positions"),
        py::arg("queries").noconvert(), py::arg("preferences").noconvert(),
        py::arg("places").noconvert(), py::arg("padding").noconvert(), py::arg("threads"),
        "Mask logits, where they are on, and their mean places.");
}

}  // namespace detailbase
