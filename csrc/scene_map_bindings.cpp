// Python face of the voxel map. detailbase_core/mapping/scene_map.py checks arguments and holds the
// lock; the GIL is released while a method works.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>

#include "key_order.h"
#include "scene_map.h"

namespace py = pybind11;

namespace detailbase {
namespace {

template <typename T>
using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

py::tuple py_insert(VoxelMap& map, const Array<float>& xyz, const Array<uint8_t>& rgb,
                    int32_t height, int32_t width, int64_t stamp_ns,
                    const Array<double>& sensor_to_map, double min_range, double max_range,
                    const Array<double>& crop_low, const Array<double>& crop_high, bool carve,
                    int64_t max_voxels) {
  const Scan scan{reinterpret_cast<const Vec3*>(xyz.data()),
                  rgb.data(),
                  xyz.shape(0),
                  height,
                  width,
                  stamp_ns,
                  sensor_to_map.data()};
  InsertCounts counts{};
  {
    py::gil_scoped_release release;
    counts = map.insert(
        scan, {min_range, max_range, crop_low.data(), crop_high.data(), carve, max_voxels});
  }
  return py::make_tuple(counts.inserted, counts.new_voxels, counts.updated, counts.carved,
                        counts.evicted);
}

// The voxels alone, copied quickly so that the map can go on while they are sorted.
struct VoxelList {
  std::vector<uint64_t> keys;
  std::vector<VoxelRecord> records;
};

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
    std::vector<KeyedRow> order(count);
    for (py::ssize_t i = 0; i < count; ++i) order[i] = {map.keys[i], static_cast<int32_t>(i)};
    sort_by_key(order, default_threads());
#pragma omp parallel for schedule(static)
    for (py::ssize_t i = 0; i < count; ++i) {
      const Voxel v = unpack(order[i].key);
      const VoxelRecord& record = map.records[order[i].row];
      const int32_t at[3] = {v.x, v.y, v.z};
      std::copy(at, at + 3, voxel_out + 3 * i);
      std::copy(record.offset, record.offset + 3, offset_out + 3 * i);
      std::copy(record.color, record.color + 3, color_out + 3 * i);
      hits_out[i] = record.hits;
      last_seen_out[i] = record.last_seen_ns;
    }
  }
  return py::make_tuple(voxel, offset, color, hits, last_seen);
}

// Replaces the contents; all voxels count as changed in the new version.
void py_restore(VoxelMap& map, const Array<int32_t>& voxel, const Array<float>& offset,
                const Array<float>& color, const Array<int32_t>& hits,
                const Array<int64_t>& last_seen) {
  py::gil_scoped_release release;
  map.clear();
  for (py::ssize_t i = 0; i < voxel.shape(0); ++i) {
    const int32_t* v = voxel.data(i, 0);
    VoxelRecord record{};
    std::copy(offset.data(i, 0), offset.data(i, 0) + 3, record.offset);
    std::copy(color.data(i, 0), color.data(i, 0) + 3, record.color);
    record.hits = hits.data()[i];
    record.last_seen_ns = last_seen.data()[i];
    record.changed_in = map.version();
    map.restore(pack({v[0], v[1], v[2]}), record);
  }
}

}  // namespace

void bind_scene_map(py::module_& m) {
  m.attr("MAX_HITS") = kMaxHits;
  py::class_<VoxelList>(m, "VoxelList").def("arrays", &py_arrays);
  py::class_<VoxelMap>(m, "VoxelMap")
      .def(py::init<double>(), py::arg("voxel_size"))
      .def("insert", &py_insert, py::arg("xyz"), py::arg("rgb"), py::arg("height"),
           py::arg("width"), py::arg("stamp_ns"), py::arg("sensor_to_map"), py::arg("min_range"),
           py::arg("max_range"), py::arg("crop_low"), py::arg("crop_high"), py::arg("carve"),
           py::arg("max_voxels"))
      .def(
          "copy_voxels", [](const VoxelMap& map) { return VoxelList{map.keys(), map.records()}; },
          py::call_guard<py::gil_scoped_release>())
      .def("restore", &py_restore, py::arg("voxel"), py::arg("offset"), py::arg("color"),
           py::arg("hits"), py::arg("last_seen"))
      .def("clear", &VoxelMap::clear)
      .def("forget_times", &VoxelMap::forget_times, py::call_guard<py::gil_scoped_release>())
      .def("memory_bytes", &VoxelMap::memory_bytes)
      .def("changed_since", &VoxelMap::changed_since, py::arg("version"),
           py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("version", &VoxelMap::version)
      .def("__len__", [](const VoxelMap& map) { return map.keys().size(); });
}

}  // namespace detailbase
