#include "graph_merging.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <utility>

namespace detailbase {

DisjointSets::DisjointSets(int32_t count) : parent_(count), rank_(count, 0), size_(count, 1) {
  std::iota(parent_.begin(), parent_.end(), 0);
}

int32_t DisjointSets::find(int32_t node) {
  while (parent_[node] != node) {
    parent_[node] = parent_[parent_[node]];
    node = parent_[node];
  }
  return node;
}

int32_t DisjointSets::join(int32_t root_a, int32_t root_b) {
  if (rank_[root_a] > rank_[root_b]) std::swap(root_a, root_b);
  parent_[root_a] = root_b;
  size_[root_b] += size_[root_a];
  if (rank_[root_a] == rank_[root_b]) ++rank_[root_b];
  return root_b;
}

// Bits of a number such that they grow as it does; -0 counts as 0, NaN as beyond infinity.
static uint32_t ascending_bits(float number) {
  number += 0.0f;
  uint32_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static float number_of(uint32_t bits) {
  bits = bits & 0x80000000u ? bits ^ 0x80000000u : ~bits;
  float number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

struct KeyedEdge {
  uint32_t key;  // ascending_bits() of the weight
  int32_t a, b;
};

// Stable. Radix sort, 11 bits at a time: many edges have few distinct weights.
static Buffer<KeyedEdge> sort_by_weight(const Buffer<WeightedEdge>& edges) {
  constexpr int kBits = 11, kPasses = 3;
  constexpr size_t kDigits = size_t{1} << kBits;
  constexpr size_t kFew = 2048;
  Buffer<KeyedEdge> from(edges.size());
  for (size_t i = 0; i < edges.size(); ++i) {
    from[i] = {ascending_bits(edges[i].weight), edges[i].a, edges[i].b};
  }
  if (edges.size() < kFew) {
    std::stable_sort(from.begin(), from.end(),
                     [](const KeyedEdge& a, const KeyedEdge& b) { return a.key < b.key; });
    return from;
  }
  std::array<std::array<uint32_t, kDigits>, kPasses> begins{};
  const auto digit = [](uint32_t key, int pass) { return key >> (kBits * pass) & (kDigits - 1); };
  for (const KeyedEdge& edge : from) {
    for (int pass = 0; pass < kPasses; ++pass) ++begins[pass][digit(edge.key, pass)];
  }
  Buffer<KeyedEdge> to(edges.size());
  for (int pass = 0; pass < kPasses; ++pass) {
    uint32_t total = 0;
    for (uint32_t& begin : begins[pass]) total += std::exchange(begin, total);
    for (const KeyedEdge& edge : from) to[begins[pass][digit(edge.key, pass)]++] = edge;
    from.swap(to);
  }
  return from;
}

DisjointSets merge_graph(int32_t node_count, const Buffer<WeightedEdge>& weighted, float k,
                         int32_t min_size) {
  Buffer<KeyedEdge> edges = sort_by_weight(weighted);
  DisjointSets sets(node_count);
  std::vector<float> threshold(node_count, k);
  size_t between = 0;  // edges so far that joined nothing and do not lie inside one component
  for (const KeyedEdge& edge : edges) {
    const int32_t a = sets.find(edge.a), b = sets.find(edge.b);
    if (a == b) continue;
    const float weight = number_of(edge.key);
    if (weight > threshold[a] || weight > threshold[b]) {
      edges[between++] = edge;
      continue;
    }
    const int32_t root = sets.join(a, b);
    threshold[root] = weight + k / static_cast<float>(sets.size(root));
  }
  edges.resize(between);
  for (const KeyedEdge& edge : edges) {
    const int32_t a = sets.find(edge.a), b = sets.find(edge.b);
    if (a != b && std::min(sets.size(a), sets.size(b)) < min_size) sets.join(a, b);
  }
  return sets;
}

std::vector<int64_t> dense_labels(DisjointSets& sets, int32_t node_count) {
  std::vector<int64_t> label_of_root(node_count, -1), labels(node_count);
  int64_t count = 0;
  for (int32_t node = 0; node < node_count; ++node) {
    int64_t& label = label_of_root[sets.find(node)];
    if (label < 0) label = count++;
    labels[node] = label;
  }
  return labels;
}

}  // namespace detailbase
