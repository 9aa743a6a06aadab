// Superpoints of meshes and of point graphs, as the ScanNet segmentator defines them.
#pragma once

#include <cstdint>
#include <vector>

#include "vec3.h"

namespace detailbase {

// Vertex normals as the segmentator averages them: the running mean of the unit normals of
// the faces around a vertex, not normalised again. faces: 3 indices each, all in range.
std::vector<Vec3> vertex_normals(const Vec3* vertices, int64_t vertex_count, const int32_t* faces,
                                 int64_t face_count);

// The directed edges (v0, v1), (v0, v2), (v2, v1) of every face, duplicates kept.
std::vector<int32_t> mesh_edges(const int32_t* faces, int64_t face_count);

// Superpoint of each point, dense ids by first appearance. An edge weighs 1 - n_a . n_b,
// squared where the surface turns convex (n_b . (p_b - p_a) > 0); merged by merge_graph().
std::vector<int64_t> segment_graph(const Vec3* points, const Vec3* normals, int64_t point_count,
                                   const int32_t* edges, int64_t edge_count, float k_threshold,
                                   int32_t min_size);

}  // namespace detailbase
