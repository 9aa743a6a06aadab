#include "graph_merging.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace detailbase {

DisjointSets::DisjointSets(int32_t count) : parent_(count, -1) {}

int32_t DisjointSets::join(int32_t root_a, int32_t root_b) {
  if (parent_[root_a] < parent_[root_b]) std::swap(root_a, root_b);
  parent_[root_b] += parent_[root_a];
  parent_[root_a] = root_b;
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

// Node: an integer that holds the graph's nodes; the smaller, the less memory is moved.
template <class Node>
struct KeyedEdge {
  uint32_t key;  // ascending_bits() of the weight
  Node a, b;

  bool operator<(const KeyedEdge& other) const { return key < other.key; }
};

// Stable, by the first 22 bits in which keys differ: a radix sort.
template <class Edge>
static void sort_roughly(uint32_t differing, Buffer<Edge>& edges) {
  constexpr int kBits = 11, kPasses = 2;
  constexpr size_t kDigits = size_t{1} << kBits;
  int shift = 0;
  while (shift + kPasses * kBits < 32 && differing >> (shift + kPasses * kBits) != 0) ++shift;
  const auto digit = [=](uint32_t key, int pass) {
    return key >> (shift + kBits * pass) & (kDigits - 1);
  };
  std::array<std::array<uint32_t, kDigits>, kPasses> begins{};
  for (const Edge& edge : edges) {
    for (int pass = 0; pass < kPasses; ++pass) ++begins[pass][digit(edge.key, pass)];
  }
  Buffer<Edge> other(edges.size());
  for (int pass = 0; pass < kPasses; ++pass) {
    uint32_t total = 0;
    for (uint32_t& begin : begins[pass]) total += std::exchange(begin, total);
    for (const Edge& edge : edges) other[begins[pass][digit(edge.key, pass)]++] = edge;
    edges.swap(other);
  }
}

// Stable. Each of what is nearly in order goes back to its place; all are sorted where that takes
// long, as where most weights differ by less than those 22 bits.
template <class Edge>
static void finish_sorting(Buffer<Edge>& edges) {
  size_t moves_left = 8 * edges.size();
  for (size_t i = 1; i < edges.size(); ++i) {
    const Edge edge = edges[i];
    size_t at = i;
    for (; at > 0 && edge < edges[at - 1] && i - at < moves_left; --at) edges[at] = edges[at - 1];
    edges[at] = edge;
    moves_left -= i - at;
    if (moves_left == 0) return std::stable_sort(edges.begin(), edges.end());
  }
}

// By ascending weight, equal ones in the order they came in.
template <class Node>
static Buffer<KeyedEdge<Node>> sort_by_weight(const Buffer<WeightedEdge>& edges) {
  constexpr size_t kFew = 2048;
  Buffer<KeyedEdge<Node>> sorted(edges.size());
  uint32_t differing = 0;
  for (size_t i = 0; i < edges.size(); ++i) {
    const auto [weight, a, b] = edges[i];
    sorted[i] = {ascending_bits(weight), static_cast<Node>(a), static_cast<Node>(b)};
    differing |= sorted[i].key ^ sorted[0].key;
  }
  if (edges.size() < kFew) {
    std::stable_sort(sorted.begin(), sorted.end());
  } else {
    sort_roughly(differing, sorted);
    finish_sorting(sorted);
  }
  return sorted;
}

template <class Edge>
static DisjointSets merge_sorted(int32_t node_count, Buffer<Edge>& edges, float k,
                                 int32_t min_size) {
  DisjointSets sets(node_count);
  std::vector<float> threshold(node_count, k);
  size_t between = 0;  // edges so far that joined nothing and do not lie inside one component
  for (const Edge& edge : edges) {
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
  for (const Edge& edge : edges) {
    const int32_t a = sets.find(edge.a), b = sets.find(edge.b);
    if (a != b && std::min(sets.size(a), sets.size(b)) < min_size) sets.join(a, b);
  }
  return sets;
}

DisjointSets merge_graph(int32_t node_count, const Buffer<WeightedEdge>& edges, float k,
                         int32_t min_size) {
  if (node_count <= 1 << 16) {
    Buffer<KeyedEdge<uint16_t>> sorted = sort_by_weight<uint16_t>(edges);
    return merge_sorted(node_count, sorted, k, min_size);
  }
  Buffer<KeyedEdge<int32_t>> sorted = sort_by_weight<int32_t>(edges);
  return merge_sorted(node_count, sorted, k, min_size);
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
