// A voxel map with running means, forgetting and bounded memory. Not locked: the owner is.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "scan.h"
#include "vec3.h"
#include "voxel_table.h"

namespace detailbase {

// A voxel's hits never exceed this: the mean follows changes with a weight of 1/10 at least,
// and ten scans that see through a voxel remove it, however old it is.
constexpr int32_t kMaxHits = 10;

struct InsertCounts {
  int64_t inserted, new_voxels, updated, carved, evicted;
};

// Changes are noted by patches: squares of so many voxels of the ground, as high as the map.
constexpr int kPatchBits = 4;

struct Patch {
  int32_t x, y;
};

// What a voxel knows. Its mean position is relative to its centre, metres; colours 0..255.
struct VoxelRecord {
  static constexpr uint32_t kVersions = 1u << 28;

  float offset[3], color[3];
  uint32_t last_seen;        // which of the map's stamps
  uint32_t changed_in : 28;  // version, modulo kVersions: only the latest few thousand matter
  uint32_t hits : 4;
};
static_assert(sizeof(VoxelRecord) == 32, "half a line of the cache");
static_assert(kMaxHits < 16, "hits have four bits");

// The voxels of a map. Many were seen last by the same scan, so its stamp is kept once.
struct VoxelList {
  std::vector<uint64_t> keys;
  std::vector<VoxelRecord> records;
  std::vector<int64_t> stamps_ns;

  int64_t last_seen_ns(size_t voxel) const { return stamps_ns[records[voxel].last_seen]; }
};

class VoxelMap {
 public:
  explicit VoxelMap(double voxel_size) : voxel_size_(voxel_size) {}

  // Adds one scan. Throws std::out_of_range, with the map as it was, when a point lies beyond
  // kVoxelLimit voxels.
  InsertCounts insert(const Scan& scan, const InsertOptions& options);

  // The number that records have for a stamp; each call gives a new one.
  uint32_t add_stamp(int64_t stamp_ns);
  // Puts a voxel in as it was saved. False, and nothing done, where `key` is present.
  bool restore(uint64_t key, const VoxelRecord& record);
  void clear();
  // Every voxel counts as seen at time 0, and as changed: after the clock went back.
  void forget_times();

  uint32_t version() const { return version_; }
  // Voxels that appeared, moved, or vanished after `version`, as a part of those present
  // (at most 1). 1 for versions too old to be remembered.
  double changed_since(uint32_t version) const;

  // Patches in which a voxel's position or colour has changed at all after `version`, or a voxel
  // appeared or vanished. False where that is not known: then all may have.
  bool changed_patches(uint32_t version, std::vector<Patch>* changed) const;
  // The voxels in these patches, on so many threads.
  VoxelList voxels_in(const std::vector<Patch>& patches, int threads) const;

  // Of the voxels, and of what is kept from scan to scan.
  uint64_t memory_bytes() const;

  double voxel_size() const { return voxel_size_; }
  size_t size() const { return voxels_.keys.size(); }
  const VoxelList& voxels() const { return voxels_; }

 private:
  // The points of the current scan in one voxel.
  struct Sighting {
    int32_t position, points;
    Vec3 offset;  // sums
    int64_t color[3];
  };

  // The latest look-up of one of the keys that share a place in recent_.
  struct Recent {
    uint64_t key;
    int32_t look_up;
  };

  void reserve(int64_t max_voxels);
  void release(int64_t max_voxels);
  void next_version();
  // The patch of this voxel has changed in the present version.
  void touch(uint64_t key);
  void touch_all();
  // Sums the scan up in sightings_, new voxels without hits at the end of the lists. False where a
  // point lies beyond kVoxelLimit voxels.
  bool collect(const Scan& scan, const InsertOptions& options, int64_t& inserted);
  // Says for each point in which entry of looked_up_ its sighting is.
  void look_up(const PlacedPoints& points, int64_t count, int32_t* look_up_of_point);
  int32_t position_of(uint64_t key);
  int32_t sighting_of(int32_t position);
  void average(const Sighting& sighting, VoxelRecord& record) const;
  void forget_sightings();
  void drop_unused_stamps();
  int64_t carve(const Scan& scan, const InsertOptions& options);
  int64_t evict(const double* sensor, int64_t max_voxels);
  void remove(int32_t position);

  double voxel_size_;
  VoxelTable table_;
  VoxelList voxels_;
  // Of each voxel, which sighting of the current scan it is, or kNoSighting. Apart from the
  // records, so that the points of a scan find it in the cache.
  std::vector<int32_t> sighting_;
  size_t most_voxels_ = 0;  // that the lists ever held: so much of what is reserved is memory
  // Of the current scan, and kept for their memory. A small cache in front of the table knows the
  // voxels of neighbouring points; what it does not know is looked up, a voxel seldom twice.
  std::array<Recent, 4096> recent_;
  std::vector<uint64_t> wanted_;
  std::vector<int32_t> looked_up_;
  std::vector<Sighting> sightings_;
  uint32_t version_ = 0;
  uint64_t removed_ = 0;
  std::deque<uint64_t> removed_before_;  // removed_ when each of the last versions began
  std::unordered_map<uint64_t, uint32_t> touched_in_;  // version, by patch
  uint64_t latest_patch_ = 0;                          // and its version, if there is one
  uint32_t* latest_touched_ = nullptr;
  uint32_t all_touched_in_ = 0;  // a version in which all patches count as changed
};

}  // namespace detailbase
