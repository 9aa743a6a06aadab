// Integer voxels packed into one 64-bit key, and a hash index over such keys.
#pragma once

#include <cstdint>
#include <vector>

namespace detailbase {

struct Voxel {
  int32_t x, y, z;
};

// 21 bits per axis: indices in [-2^20, 2^20), about 20 km to each side at 2 cm.
constexpr int kAxisBits = 21;
constexpr int32_t kVoxelLimit = 1 << (kAxisBits - 1);

inline uint64_t pack(const Voxel& v) {
  const auto biased = [](int32_t i) { return static_cast<uint64_t>(i + kVoxelLimit); };
  return biased(v.x) << (2 * kAxisBits) | biased(v.y) << kAxisBits | biased(v.z);
}

inline Voxel unpack(uint64_t key) {
  constexpr uint64_t mask = (uint64_t{1} << kAxisBits) - 1;
  const auto index = [](uint64_t bits) { return static_cast<int32_t>(bits) - kVoxelLimit; };
  return {index(key >> (2 * kAxisBits)), index(key >> kAxisBits & mask), index(key & mask)};
}

// Finalizer of SplitMix64 (Steele, Lea, Flood 2014): spreads neighbouring keys.
inline uint64_t mix(uint64_t key) {
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9ULL;
  key = (key ^ (key >> 27)) * 0x94d049bb133111ebULL;
  return key ^ (key >> 31);
}

// Read-only map from key to position in a list of distinct keys (linear probing).
class KeyIndex {
 public:
  explicit KeyIndex(const std::vector<uint64_t>& keys) : keys_(keys) {
    uint64_t capacity = 16;
    while (capacity < 2 * keys.size()) capacity *= 2;
    mask_ = capacity - 1;
    slots_.assign(capacity, -1);
    for (size_t i = 0; i < keys.size(); ++i) {
      uint64_t slot = mix(keys[i]) & mask_;
      while (slots_[slot] >= 0) slot = (slot + 1) & mask_;
      slots_[slot] = static_cast<int32_t>(i);
    }
  }

  // Position of `key`, or -1.
  int32_t find(uint64_t key) const {
    for (uint64_t slot = mix(key) & mask_;; slot = (slot + 1) & mask_) {
      const int32_t i = slots_[slot];
      if (i < 0 || keys_[i] == key) return i;
    }
  }

 private:
  const std::vector<uint64_t>& keys_;
  std::vector<int32_t> slots_;
  uint64_t mask_;
};

}  // namespace detailbase
