// Python face of the voxel map. Arguments are checked here; detailbase_core/mapping/scene_map.py
// holds the lock. The GIL is released while a method works.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "array_checks.h"
#include "key_order.h"
#include "scene_map.h"

namespace py = pybind11;

namespace detailbase {
namespace {

constexpr double kFarthest = 1e30;  // squares of it are numbers

VoxelMap new_map(double voxel_size) {
  require_positive(voxel_size, "voxel_size: above 0");
  return VoxelMap(voxel_size);
}

py::tuple py_insert(VoxelMap& map, const Converted<float>& xyz, const Converted<uint8_t>& rgb,
                    int32_t height, int32_t width, int64_t stamp_ns,
                    const Converted<double>& sensor_to_map, double min_range, double max_range,
                    const Converted<double>& crop_low, const Converted<double>& crop_high,
                    bool carve, int64_t max_voxels) {
  require_shape(xyz, {kAny, 3}, "xyz: expected [points, 3]");
  require_shape(rgb, {xyz.shape(0), 3}, "rgb: expected [points, 3]");
  const bool organised = height != 0 || width != 0;
  require(!organised || (height > 0 && width > 0 && int64_t{height} * width == xyz.shape(0)),
          "height, width: 0, or of as many pixels as points");
  require_shape(sensor_to_map, {4, 4}, "sensor_to_map: expected [4, 4]");
  require_within(sensor_to_map, kFarthest, "sensor_to_map: finite numbers below 1e30");
  require_shape(crop_low, {3}, "crop_low: expected [3]");
  require_shape(crop_high, {3}, "crop_high: expected [3]");
  require(max_voxels >= 1 && max_voxels <= kMostRows, "max_voxels: from 1 to 2^31 - 2");
  const Scan scan{as_vec3(xyz), rgb.data(), xyz.shape(0),        height,
                  width,        stamp_ns,   sensor_to_map.data()};
  InsertCounts counts{};
  {
    py::gil_scoped_release release;
    counts = map.insert(
        scan, {min_range, max_range, crop_low.data(), crop_high.data(), carve, max_voxels});
  }
  return py::make_tuple(counts.inserted, counts.new_voxels, counts.updated, counts.carved,
                        counts.evicted);
}

// In ascending voxel order.
Buffer<KeyedRow> sorted_rows(const VoxelList& map) {
  Buffer<KeyedRow> order(map.keys.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = {map.keys[i], static_cast<int32_t>(i)};
  sort_by_key(order, default_threads());
  return order;
}

// The nearest; of two the even one. NaN, which only a file can bring in, is 0.
uint8_t to_byte(float color) {
  return static_cast<uint8_t>(std::nearbyint(color > 0 ? std::min(color, 255.0f) : 0.0f));
}

// (xyz (V, 3) float32, metres, rgb (V, 3) uint8) of the voxels' means, in ascending voxel order.
py::tuple py_cloud(const VoxelList& map, double voxel_size) {
  require_positive(voxel_size, "voxel_size: above 0");
  const auto count = static_cast<py::ssize_t>(map.keys.size());
  py::array_t<float> xyz({count, py::ssize_t{3}});
  py::array_t<uint8_t> rgb({count, py::ssize_t{3}});
  float* xyz_out = xyz.mutable_data();
  uint8_t* rgb_out = rgb.mutable_data();
  {
    py::gil_scoped_release release;
    const Buffer<KeyedRow> order = sorted_rows(map);
#pragma omp parallel for schedule(static)
    for (py::ssize_t i = 0; i < count; ++i) {
      const Voxel v = unpack(order[i].key);
      const VoxelRecord& record = map.records[order[i].row];
      const int32_t at[3] = {v.x, v.y, v.z};
      for (int axis = 0; axis < 3; ++axis) {
        const double centre = (at[axis] + 0.5) * voxel_size;
        xyz_out[3 * i + axis] = static_cast<float>(centre + record.offset[axis]);
        rgb_out[3 * i + axis] = to_byte(record.color[axis]);
      }
    }
  }
  return py::make_tuple(xyz, rgb);
}

// (voxel (V, 3) int32, offset (V, 3) float32, color (V, 3) float32, hits (V,) int32,
// last_seen_ns (V,) int64), in ascending voxel order.
py::tuple py_arrays(const VoxelList& map) {
  const auto count = static_cast<py::ssize_t>(map.keys.size());
  py::array_t<int32_t> voxel({count, py::ssize_t{3}}), hits(count);
  py::array_t<float> offset({count, py::ssize_t{3}}), color({count, py::ssize_t{3}});
  py::array_t<int64_t> last_seen(count);
  int32_t *voxel_out = voxel.mutable_data(), *hits_out = hits.mutable_data();
  float *offset_out = offset.mutable_data(), *color_out = color.mutable_data();
  int64_t* last_seen_out = last_seen.mutable_data();
  {
    py::gil_scoped_release release;
    const Buffer<KeyedRow> order = sorted_rows(map);
#pragma omp parallel for schedule(static)
    for (py::ssize_t i = 0; i < count; ++i) {
      const Voxel v = unpack(order[i].key);
      const VoxelRecord& record = map.records[order[i].row];
      const int32_t at[3] = {v.x, v.y, v.z};
      std::copy(at, at + 3, voxel_out + 3 * i);
      std::copy(record.offset, record.offset + 3, offset_out + 3 * i);
      std::copy(record.color, record.color + 3, color_out + 3 * i);
      hits_out[i] = static_cast<int32_t>(record.hits);
      last_seen_out[i] = map.last_seen_ns(order[i].row);
    }
  }
  return py::make_tuple(voxel, offset, color, hits, last_seen);
}

// (P, 2) int32, x and y of patches that changed; None where all may have.
py::object py_changed_patches(const VoxelMap& map, uint32_t version) {
  std::vector<Patch> changed;
  bool known = false;
  {
    py::gil_scoped_release release;
    known = map.changed_patches(version, &changed);
  }
  if (!known) return py::none();
  py::array_t<int32_t> patches({static_cast<py::ssize_t>(changed.size()), py::ssize_t{2}});
  int32_t* out = patches.mutable_data();
  for (size_t i = 0; i < changed.size(); ++i) {
    out[2 * i] = changed[i].x;
    out[2 * i + 1] = changed[i].y;
  }
  return patches;
}

VoxelList py_voxels_in(const VoxelMap& map, const Converted<int32_t>& patches) {
  require_shape(patches, {kAny, 2}, "patches: expected [patches, 2]");
  constexpr int32_t kLimit = kVoxelLimit >> kPatchBits;
  require_between(patches, -kLimit, kLimit, "patches: beyond those that can be numbered");
  std::vector<Patch> wanted;
  for (py::ssize_t i = 0; i < patches.shape(0); ++i) {
    wanted.push_back({patches.data(i, 0)[0], patches.data(i, 0)[1]});
  }
  py::gil_scoped_release release;
  return map.voxels_in(wanted, default_threads());
}

// Replaces the contents; all voxels count as changed in the new version.
void py_restore(VoxelMap& map, const Converted<int32_t>& voxel, const Converted<float>& offset,
                const Converted<float>& color, const Converted<int32_t>& hits,
                const Converted<int64_t>& last_seen) {
  const py::ssize_t count = voxel.ndim() == 2 ? voxel.shape(0) : 0;
  require_shape(voxel, {count, 3}, "voxel: expected [voxels, 3]");
  require_shape(offset, {count, 3}, "offset: expected [voxels, 3]");
  require_shape(color, {count, 3}, "color: expected [voxels, 3]");
  require_shape(hits, {count}, "hits: expected [voxels]");
  require_shape(last_seen, {count}, "last_seen: expected [voxels]");
  require_between(voxel, -kVoxelLimit, kVoxelLimit, "voxel: beyond those that can be numbered");
  require_between(hits, 1, kMaxHits + 1, "hits: from 1 to MAX_HITS");
  py::gil_scoped_release release;
  map.clear();
  std::unordered_map<int64_t, uint32_t> stamps;
  for (py::ssize_t i = 0; i < voxel.shape(0); ++i) {
    const int32_t* v = voxel.data(i, 0);
    VoxelRecord record{};
    std::copy(offset.data(i, 0), offset.data(i, 0) + 3, record.offset);
    std::copy(color.data(i, 0), color.data(i, 0) + 3, record.color);
    record.hits = hits.data()[i];
    const auto [stamp, is_new] = stamps.try_emplace(last_seen.data()[i], 0);
    if (is_new) stamp->second = map.add_stamp(stamp->first);
    record.last_seen = stamp->second;
    record.changed_in = map.version() % VoxelRecord::kVersions;
    if (!map.restore(pack({v[0], v[1], v[2]}), record)) {
      map.clear();
      throw std::invalid_argument("voxel: one comes twice");
    }
  }
}

}  // namespace

void bind_scene_map(py::module_& m) {
  m.attr("MAX_HITS") = kMaxHits;
  m.attr("PATCH_VOXELS") = 1 << kPatchBits;
  py::class_<VoxelList>(m, "VoxelList")
      .def("arrays", &py_arrays)
      .def("cloud", &py_cloud, py::arg("voxel_size"));
  py::class_<VoxelMap>(m, "VoxelMap")
      .def(py::init(&new_map), py::arg("voxel_size"))
      .def("insert", &py_insert, py::arg("xyz"), py::arg("rgb"), py::arg("height"),
           py::arg("width"), py::arg("stamp_ns"), py::arg("sensor_to_map"), py::arg("min_range"),
           py::arg("max_range"), py::arg("crop_low"), py::arg("crop_high"), py::arg("carve"),
           py::arg("max_voxels"))
      .def(
          // Quickly, so that the map can go on while they are sorted.
          "copy_voxels", [](const VoxelMap& map) { return map.voxels(); },
          py::call_guard<py::gil_scoped_release>())
      .def("changed_patches", &py_changed_patches, py::arg("version"))
      .def("voxels_in", &py_voxels_in, py::arg("patches"))
      .def("restore", &py_restore, py::arg("voxel"), py::arg("offset"), py::arg("color"),
           py::arg("hits"), py::arg("last_seen"))
      .def("clear", &VoxelMap::clear)
      .def("forget_times", &VoxelMap::forget_times, py::call_guard<py::gil_scoped_release>())
      .def("memory_bytes", &VoxelMap::memory_bytes)
      .def("changed_since", &VoxelMap::changed_since, py::arg("version"),
           py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("version", &VoxelMap::version)
      .def("__len__", [](const VoxelMap& map) { return map.size(); });
}

}  // namespace detailbase
