#include "superpoints.h"

#include "graph_merging.h"

namespace detailbase {

std::vector<Vec3> vertex_normals(const Vec3* vertices, int64_t vertex_count, const int32_t* faces,
                                 int64_t face_count) {
  std::vector<Vec3> normals(vertex_count, Vec3{0, 0, 0});
  std::vector<int32_t> faces_seen(vertex_count, 0);
  for (int64_t f = 0; f < face_count; ++f) {
    const int32_t* corner = faces + 3 * f;
    const Vec3 origin = vertices[corner[0]];
    const Vec3 face = cross(vertices[corner[1]] - origin, vertices[corner[2]] - origin);
    const float length = norm(face);
    // A face without area has no normal; zero leaves its vertices' edges at weight 1.
    const Vec3 unit = length > 0 ? (1.0f / length) * face : Vec3{0, 0, 0};
    for (int i = 0; i < 3; ++i) {
      const float share = 1.0f / static_cast<float>(++faces_seen[corner[i]]);
      Vec3& mean = normals[corner[i]];
      mean = share * unit + (1.0f - share) * mean;
    }
  }
  return normals;
}

std::vector<int32_t> mesh_edges(const int32_t* faces, int64_t face_count) {
  std::vector<int32_t> edges;
  edges.reserve(6 * face_count);
  for (int64_t f = 0; f < face_count; ++f) {
    const int32_t v0 = faces[3 * f], v1 = faces[3 * f + 1], v2 = faces[3 * f + 2];
    edges.insert(edges.end(), {v0, v1, v0, v2, v2, v1});
  }
  return edges;
}

static float normal_difference(const Vec3& point_a, const Vec3& normal_a, const Vec3& point_b,
                               const Vec3& normal_b) {
  const float weight = 1.0f - dot(normal_a, normal_b);
  const bool convex = dot(normal_b, point_b - point_a) > 0;
  return convex ? weight * weight : weight;
}

std::vector<int64_t> segment_graph(const Vec3* points, const Vec3* normals, int64_t point_count,
                                   const int32_t* edges, int64_t edge_count, float k_threshold,
                                   int32_t min_size) {
  Buffer<WeightedEdge> weighted(edge_count);
  for (int64_t e = 0; e < edge_count; ++e) {
    const int32_t a = edges[2 * e], b = edges[2 * e + 1];
    weighted[e] = {normal_difference(points[a], normals[a], points[b], normals[b]), a, b};
  }
  const auto count = static_cast<int32_t>(point_count);
  DisjointSets sets = merge_graph(count, weighted, k_threshold, min_size);
  return dense_labels(sets, count);
}

}  // namespace detailbase
