// Python face of the kernels that turn masks into objects. Arguments are checked here, then the GIL
// goes.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <exception>

#include "array_checks.h"
#include "mask_objects.h"
#include "object_selection.h"
#include "upright_boxes.h"
#include "vote_clusters.h"

namespace py = pybind11;

namespace detailbase {
namespace {

// Calls step(row) of each row on so many threads. The first exception of a row is thrown at the
// end, since none may leave a thread.
template <typename Step>
void for_each_row(py::ssize_t rows, int threads, Step&& step) {
  std::exception_ptr failed;
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (py::ssize_t row = 0; row < rows; ++row) {
    try {
      step(row);
    } catch (...) {
#pragma omp critical
      if (!failed) failed = std::current_exception();
    }
  }
  if (failed) std::rethrow_exception(failed);
}

py::array_t<int64_t> to_numpy(const std::vector<int64_t>& numbers) {
  return py::array_t<int64_t>(static_cast<py::ssize_t>(numbers.size()), numbers.data());
}

py::array_t<int64_t> py_vote_clusters(const Converted<float>& centers,
                                      const Converted<float>& reach,
                                      const Converted<int64_t>& points, double smallest_part,
                                      double merge_reach) {
  require_shape(centers, {kAny, 3}, "centers: expected [superpoints, 3]");
  require_shape(reach, {centers.shape(0)}, "reach: expected [superpoints]");
  require_shape(points, {centers.shape(0)}, "points: expected [superpoints]");
  require_between(points, 0, kMostRows, "points: from 0 to 2^31");
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = vote_clusters(as_vec3(centers), reach.data(), points.data(), centers.shape(0),
                           {smallest_part, merge_reach});
  }
  return to_numpy(labels);
}

// (masks [rows, superpoints], objects [rows]), see select_objects().
py::tuple py_select_objects(const Converted<float>& probability, const Converted<double>& threshold,
                            const Converted<int64_t>& number, const Converted<float>& centers,
                            const Converted<float>& reach, const Converted<bool>& movable,
                            const Converted<int64_t>& points, double grow_ratio, float margin,
                            double smallest_part, double merge_reach, int threads) {
  require_threads(threads);
  require_shape(probability, {kAny, kAny}, "probability: expected [rows, superpoints]");
  const py::ssize_t rows = probability.shape(0), count = probability.shape(1);
  require_shape(threshold, {rows}, "threshold: expected [rows]");
  require_shape(number, {rows}, "number: expected [rows]");
  require_shape(centers, {count, 3}, "centers: expected [superpoints, 3]");
  require_shape(reach, {count}, "reach: expected [superpoints]");
  require_shape(movable, {count}, "movable: expected [superpoints]");
  require_shape(points, {count}, "points: expected [superpoints]");
  require_between(points, 0, kMostRows, "points: from 0 to 2^31");
  require_between(number, kAnyNumber, kMostRows, "number: below -1, or very many");
  require(grow_ratio > 0 && grow_ratio <= 1, "grow_ratio: above 0, at most 1");
  require(std::all_of(threshold.data(), threshold.data() + rows, [](double t) { return t >= 0; }),
          "threshold: below 0, or NaN");
  py::array_t<bool> masks({rows, count}), objects(rows);
  bool *mask = masks.mutable_data(), *are_objects = objects.mutable_data();
  const VotingSuperpoints superpoints{as_vec3(centers), reach.data(), movable.data(), points.data(),
                                      count};
  const SelectionOptions options{grow_ratio, margin, {smallest_part, merge_reach}};
  {
    py::gil_scoped_release release;
    for_each_row(rows, threads, [&](py::ssize_t row) {
      are_objects[row] =
          select_objects(superpoints, probability.data() + row * count, threshold.data()[row],
                         number.data()[row], options, mask + row * count);
    });
  }
  return py::make_tuple(masks, objects);
}

// See cluster_points(); empty where it is structure. Owners of other points are not looked at.
py::array_t<int64_t> py_cluster_points(const Array<int64_t>& owner,
                                       const Converted<int64_t>& points,
                                       const Converted<float>& centers,
                                       const Converted<float>& reach,
                                       const Converted<bool>& movable, double smallest_part,
                                       double merge_reach) {
  require_shape(owner, {kAny}, "owner: expected [points]");
  require_shape(points, {kAny}, "points: expected [rows]");
  require_shape(centers, {kAny, 3}, "centers: expected [superpoints, 3]");
  const py::ssize_t count = centers.shape(0);
  require_shape(reach, {count}, "reach: expected [superpoints]");
  require_shape(movable, {count}, "movable: expected [superpoints]");
  require_between(points, 0, owner.shape(0), "points: below 0, or no point of that number");
  const int64_t *point = points.data(), *of = owner.data();
  require(std::all_of(point, point + points.shape(0),
                      [=](int64_t i) { return of[i] >= 0 && of[i] < count; }),
          "owner: below 0, or no superpoint of that number");
  const VotingSuperpoints superpoints{as_vec3(centers), reach.data(), movable.data(), nullptr,
                                      count};
  std::vector<int64_t> labels;
  {
    py::gil_scoped_release release;
    labels = cluster_points(superpoints, of, point, points.shape(0), {smallest_part, merge_reach});
  }
  return to_numpy(labels);
}

// (rows, begins), see largest_groups().
py::tuple py_largest_groups(const Converted<int64_t>& labels, int64_t least, double smallest_part) {
  require_shape(labels, {kAny}, "labels: expected [rows]");
  require_between(labels, 0, labels.shape(0), "labels: below 0, or more than there are rows");
  LabelGroups groups;
  {
    py::gil_scoped_release release;
    groups = largest_groups(labels.data(), labels.shape(0), least, smallest_part);
  }
  return py::make_tuple(to_numpy(groups.rows), to_numpy(groups.begins));
}

// See rows_of_groups(); what is not chosen is not looked at.
py::array_t<int64_t> py_rows_of_groups(const Array<int64_t>& rows, const Array<int64_t>& begins,
                                       const Array<bool>& chosen) {
  require_shape(rows, {kAny}, "rows: expected [rows]");
  require_shape(chosen, {kAny}, "chosen: expected [groups]");
  require_shape(begins, {chosen.shape(0) + 1}, "begins: expected [groups + 1]");
  const int64_t count = rows.shape(0), *begin = begins.data();
  for (py::ssize_t g = 0; g < chosen.shape(0); ++g) {
    if (!chosen.data()[g]) continue;
    require(0 <= begin[g] && begin[g] <= begin[g + 1] && begin[g + 1] <= count,
            "begins: ascending, not beyond the rows");
    require(std::all_of(rows.data() + begin[g], rows.data() + begin[g + 1],
                        [count](int64_t row) { return row >= 0 && row < count; }),
            "rows: below 0, or more than there are");
  }
  std::vector<int64_t> found;
  {
    py::gil_scoped_release release;
    found = rows_of_groups(rows.data(), begins.data(), chosen.data(), chosen.shape(0));
  }
  return to_numpy(found);
}

void require_groups(const Converted<int64_t>& begins, py::ssize_t rows) {
  require_shape(begins, {kAny}, "begins: expected [groups + 1]");
  const py::ssize_t last = begins.shape(0) - 1;
  const int64_t* at = begins.data();
  require(last >= 0 && at[0] == 0 && at[last] == rows, "begins: expected from 0 to all indices");
  for (py::ssize_t g = 0; g < last; ++g) {
    require(at[g] < at[g + 1], "begins: a group without points");
  }
}

// (centroids [groups, 3], boxes [groups, 7]: centre, size, yaw), see upright_box().
py::tuple py_upright_boxes(const Converted<float>& xyz, const Converted<int64_t>& indices,
                           const Converted<int64_t>& begins) {
  require_shape(xyz, {kAny, 3}, "xyz: expected [points, 3]");
  require_shape(indices, {kAny}, "indices: expected [rows]");
  require_between(indices, 0, xyz.shape(0), "indices: below 0, or no point of that number");
  require_groups(begins, indices.shape(0));
  const Vec3* points = as_vec3(xyz);
  const int64_t *index = indices.data(), *begin = begins.data();
  const py::ssize_t groups = begins.shape(0) - 1;
  py::array_t<double> centroids({groups, py::ssize_t{3}}), boxes({groups, py::ssize_t{7}});
  double *centroid = centroids.mutable_data(), *box = boxes.mutable_data();
  {
    py::gil_scoped_release release;
    for (py::ssize_t g = 0; g < groups; ++g) {
      const UprightBox of = upright_box(points, index + begin[g], begin[g + 1] - begin[g]);
      std::copy(of.centroid, of.centroid + 3, centroid + 3 * g);
      std::copy(of.center, of.center + 3, box + 7 * g);
      std::copy(of.size, of.size + 3, box + 7 * g + 3);
      box[7 * g + 6] = of.yaw;
    }
  }
  return py::make_tuple(centroids, boxes);
}

// Objects of each mask [masks, superpoints]: (points, begins, centroids [objects, 3], boxes
// [objects, 7]) in a list, see mask_objects().
py::list py_mask_objects(const Converted<bool>& masks, const Converted<bool>& whole,
                         const Converted<float>& xyz, const Array<int64_t>& order,
                         const Array<int64_t>& begins, const Array<int64_t>& owner,
                         const Converted<float>& centers, const Converted<float>& reach,
                         const Converted<bool>& movable, double connect_distance, int64_t least,
                         double smallest_piece, double smallest_part, double merge_reach,
                         int threads) {
  require_threads(threads);
  require_shape(masks, {kAny, kAny}, "masks: expected [masks, superpoints]");
  const py::ssize_t rows = masks.shape(0), count = masks.shape(1);
  require_shape(whole, {rows}, "whole: expected [masks]");
  require_shape(xyz, {kAny, 3}, "xyz: expected [points, 3]");
  const py::ssize_t points = xyz.shape(0);
  require_shape(order, {points}, "order: expected [points]");
  require_shape(owner, {points}, "owner: expected [points]");
  require_shape(begins, {count + 1}, "begins: expected [superpoints + 1]");
  require_shape(centers, {count, 3}, "centers: expected [superpoints, 3]");
  require_shape(reach, {count}, "reach: expected [superpoints]");
  require_shape(movable, {count}, "movable: expected [superpoints]");
  require_positive(connect_distance, "connect_distance: above 0");
  const int64_t* begin = begins.data();
  require(begin[0] >= 0 && begin[count] <= points && std::is_sorted(begin, begin + count + 1),
          "begins: ascending, not beyond the points");
  const SegmentedScene scene{
      as_vec3(xyz), points,       order.data(),
      begin,        owner.data(), {as_vec3(centers), reach.data(), movable.data(), nullptr, count}};
  const PartOptions options{connect_distance, least, smallest_piece, {smallest_part, merge_reach}};
  const bool *mask = masks.data(), *is_whole = whole.data();
  std::vector<MaskObjects> found(rows);
  {
    py::gil_scoped_release release;
    for_each_row(rows, threads, [&](py::ssize_t row) {
      found[row] = mask_objects(scene, mask + row * count, is_whole[row], options);
    });
  }
  py::list all;
  for (const MaskObjects& one : found) {
    const auto objects = static_cast<py::ssize_t>(one.boxes.size());
    py::array_t<double> centroids({objects, py::ssize_t{3}}), boxes({objects, py::ssize_t{7}});
    double *centroid = centroids.mutable_data(), *box = boxes.mutable_data();
    for (const UprightBox& of : one.boxes) {
      centroid = std::copy(of.centroid, of.centroid + 3, centroid);
      box = std::copy(of.center, of.center + 3, box);
      box = std::copy(of.size, of.size + 3, box);
      *box++ = of.yaw;
    }
    all.append(py::make_tuple(to_numpy(one.points), to_numpy(one.begins), centroids, boxes));
  }
  return all;
}

}  // namespace

void bind_objects(py::module_& m) {
  m.def("vote_clusters", &py_vote_clusters, py::arg("centers"), py::arg("reach"), py::arg("points"),
        py::arg("smallest_part"), py::arg("merge_reach"));
  m.def("cluster_points", &py_cluster_points, py::arg("owner").noconvert(), py::arg("points"),
        py::arg("centers"), py::arg("reach"), py::arg("movable"), py::arg("smallest_part"),
        py::arg("merge_reach"));
  m.def("select_objects", &py_select_objects, py::arg("probability"), py::arg("threshold"),
        py::arg("number"), py::arg("centers"), py::arg("reach"), py::arg("movable"),
        py::arg("points"), py::arg("grow_ratio"), py::arg("margin"), py::arg("smallest_part"),
        py::arg("merge_reach"), py::arg("threads"));
  m.def("largest_groups", &py_largest_groups, py::arg("labels"), py::arg("least"),
        py::arg("smallest_part"));
  m.def("rows_of_groups", &py_rows_of_groups, py::arg("rows").noconvert(),
        py::arg("begins").noconvert(), py::arg("chosen").noconvert());
  m.def("mask_objects", &py_mask_objects, py::arg("masks"), py::arg("whole"), py::arg("xyz"),
        py::arg("order").noconvert(), py::arg("begins").noconvert(), py::arg("owner").noconvert(),
        py::arg("centers"), py::arg("reach"), py::arg("movable"), py::arg("connect_distance"),
        py::arg("least"), py::arg("smallest_piece"), py::arg("smallest_part"),
        py::arg("merge_reach"), py::arg("threads"));
  m.def("upright_boxes", &py_upright_boxes, py::arg("xyz"), py::arg("indices"), py::arg("begins"));
}

}  // namespace detailbase
