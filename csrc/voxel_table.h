// A growing hash table from voxel key to position in a list (linear probing, no tombstones).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "voxel_key.h"

namespace detailbase {

// Starts loading what `address` points to into the cache; never touches it.
inline void prefetch(const void* address) {
#if defined(__GNUC__)
  __builtin_prefetch(address);
#endif
}

class VoxelTable {
 public:
  explicit VoxelTable(uint64_t capacity = 1024) : slots_(capacity, Slot{kEmpty, 0}) {}

  // Position stored for `key`; `fallback` is stored and returned if there was none.
  int32_t find_or_insert(uint64_t key, int32_t fallback) {
    if (2 * ++size_ > slots_.size()) grow();
    Slot& slot = slots_[locate(key)];
    if (slot.key == key) {
      --size_;
    } else {
      slot = {key, fallback};
    }
    return slot.position;
  }

  // Starts loading the place of `key` into the cache.
  void prefetch(uint64_t key) const { detailbase::prefetch(&slots_[home(key)]); }

  // The position of `key`, most likely; in any case one that was given to some key, or 0.
  int32_t guess(uint64_t key) const { return slots_[home(key)].position; }

  // Changes the position of a key that is present.
  void move(uint64_t key, int32_t position) { slots_[locate(key)].position = position; }

  // Removes a key that is present; followers of its probe run close the gap.
  void erase(uint64_t key) {
    uint64_t gap = locate(key);
    for (uint64_t slot = (gap + 1) & mask(); slots_[slot].key != kEmpty;
         slot = (slot + 1) & mask()) {
      const uint64_t wanted = home(slots_[slot].key);
      if (((slot - wanted) & mask()) >= ((slot - gap) & mask())) {
        slots_[gap] = slots_[slot];
        gap = slot;
      }
    }
    slots_[gap].key = kEmpty;
    --size_;
  }

  uint64_t memory_bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    uint64_t key;
    int32_t position;
  };
  static constexpr uint64_t kEmpty = ~uint64_t{0};  // keys use 63 bits

  uint64_t mask() const { return slots_.size() - 1; }
  // Four voxels stacked in z share a cache line.
  uint64_t home(uint64_t key) const { return (mix(key >> 2) << 2 | (key & 3)) & mask(); }
  uint64_t locate(uint64_t key) const {
    uint64_t slot = home(key);
    while (slots_[slot].key != key && slots_[slot].key != kEmpty) slot = (slot + 1) & mask();
    return slot;
  }
  void grow() {
    std::vector<Slot> old(2 * slots_.size(), Slot{kEmpty, 0});
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.key != kEmpty) slots_[locate(slot.key)] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two of them, at most half full
  uint64_t size_ = 0;
};

}  // namespace detailbase
