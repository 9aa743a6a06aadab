// A growing table from voxel key to position in a list. Bricks of 4 x 4 x 4 voxels are found by
// hash (linear probing, no tombstones): a scan's neighbouring points mostly share a brick, so
// their voxels lie together in the cache.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
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
  VoxelTable() : slots_(1024, Slot{kEmpty, 0, 0}) {}

  // Position stored for `key`; `fallback` is stored and returned if there was none.
  int32_t find_or_insert(uint64_t key, int32_t fallback) {
    int32_t& position = bricks_at(find_or_add_brick(key))[cell(key)];
    if (position == kNone) {
      position = fallback;
      ++slots_[locate(brick(key))].voxels;
    }
    return position;
  }

  // Makes room for `key`, which is about to be inserted unless it is there, and starts loading its
  // place into the cache.
  void prepare(uint64_t key) {
    detailbase::prefetch(&bricks_at(find_or_add_brick(key))[cell(key)]);
  }

  // Changes the position of a key that is present.
  void move(uint64_t key, int32_t position) {
    bricks_at(slots_[locate(brick(key))].brick)[cell(key)] = position;
  }

  // Removes a key that is present.
  void erase(uint64_t key) {
    const uint64_t slot = locate(brick(key));
    bricks_at(slots_[slot].brick)[cell(key)] = kNone;
    if (--slots_[slot].voxels == 0) remove_brick(slot);
  }

  uint64_t memory_bytes() const {
    return slots_.size() * sizeof(Slot) + pages_.size() * sizeof(Page) +
           free_.capacity() * sizeof(int32_t);
  }

 private:
  static constexpr uint64_t kEmpty = ~uint64_t{0};  // keys use 63 bits
  static constexpr int32_t kNone = -1, kPageBricks = 256;
  static constexpr int kEdgeBits = 2;
  static constexpr uint64_t kInEdge = (1 << kEdgeBits) - 1;
  static constexpr uint64_t kInBrick = kInEdge << 2 * kAxisBits | kInEdge << kAxisBits | kInEdge;

  struct Slot {
    uint64_t key;  // of the brick's first voxel
    int32_t brick, voxels;
  };
  using Brick = std::array<int32_t, 1 << 3 * kEdgeBits>;
  // Bricks come in pages: growing neither moves nor copies them.
  struct alignas(64) Page {
    std::array<Brick, kPageBricks> bricks;
  };

  static uint64_t brick(uint64_t key) { return key & ~kInBrick; }
  static uint64_t cell(uint64_t key) {
    return (key >> 2 * kAxisBits & kInEdge) << 2 * kEdgeBits |
           (key >> kAxisBits & kInEdge) << kEdgeBits | (key & kInEdge);
  }
  Brick& bricks_at(int32_t index) {
    return pages_[index / kPageBricks]->bricks[index % kPageBricks];
  }

  uint64_t mask() const { return slots_.size() - 1; }
  uint64_t locate(uint64_t key) const {
    uint64_t slot = mix(key) & mask();
    while (slots_[slot].key != key && slots_[slot].key != kEmpty) slot = (slot + 1) & mask();
    return slot;
  }

  int32_t find_or_add_brick(uint64_t voxel) {
    const uint64_t key = brick(voxel);
    if (key != latest_key_) {
      uint64_t slot = locate(key);
      if (slots_[slot].key != key) slot = add_brick(key);
      latest_key_ = key;
      latest_brick_ = slots_[slot].brick;
    }
    return latest_brick_;
  }

  uint64_t add_brick(uint64_t key) {
    if (3 * ++size_ > 2 * slots_.size()) grow();
    if (free_.empty()) {
      const auto first = static_cast<int32_t>(pages_.size()) * kPageBricks;
      pages_.push_back(std::make_unique<Page>());
      for (Brick& fresh : pages_.back()->bricks) fresh.fill(kNone);
      for (int32_t i = kPageBricks - 1; i >= 0; --i) free_.push_back(first + i);
    }
    const uint64_t slot = locate(key);
    slots_[slot] = {key, free_.back(), 0};
    free_.pop_back();
    return slot;
  }

  // Followers of its probe run close the gap.
  void remove_brick(uint64_t gap) {
    latest_key_ = kEmpty;
    free_.push_back(slots_[gap].brick);
    for (uint64_t slot = (gap + 1) & mask(); slots_[slot].key != kEmpty;
         slot = (slot + 1) & mask()) {
      const uint64_t home = mix(slots_[slot].key) & mask();
      if (((slot - home) & mask()) >= ((slot - gap) & mask())) {
        slots_[gap] = slots_[slot];
        gap = slot;
      }
    }
    slots_[gap].key = kEmpty;
    --size_;
  }

  void grow() {
    std::vector<Slot> old(2 * slots_.size(), Slot{kEmpty, 0, 0});
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.key != kEmpty) slots_[locate(slot.key)] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two of them, at most two thirds full
  uint64_t size_ = 0;        // bricks in use
  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<int32_t> free_;  // bricks without voxels, all kNone
  uint64_t latest_key_ = kEmpty;
  int32_t latest_brick_ = 0;
};

}  // namespace detailbase
