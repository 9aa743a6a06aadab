#include "scene_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <type_traits>

#include "scan_view.h"

namespace detailbase {
namespace {

constexpr size_t kVersionsRemembered = 10000;
// A mean that jumps by more than this in one scan counts as a change.
constexpr float kMovedVoxels = 0.25f, kRecolored = 16;
constexpr uint64_t kDropped = PlacedPoints::kDropped, kNoKey = kDropped - 1;
constexpr int32_t kNoSighting = -1, kGone = -1;
constexpr size_t kFewStamps = 1 << 16;
constexpr int64_t kMostReserved = 4000000;  // voxels
constexpr size_t kLarge = 1 << 20;          // points, or voxels above what may stay
constexpr size_t kMostPatches = 1 << 20;  // some 50 MB; one of 2 cm voxels is 0.1 m2 of the ground

// Of a patch: its first column of voxels, x above y.
uint64_t patch_of(uint64_t voxel) {
  constexpr uint64_t kIn = (1 << kPatchBits) - 1;
  return (voxel >> kAxisBits) & ~(kIn << kAxisBits | kIn);
}

uint64_t pack(const Patch& patch) {
  const Voxel first{patch.x * (1 << kPatchBits), patch.y * (1 << kPatchBits), 0};
  return patch_of(pack(first));
}

Patch unpack_patch(uint64_t patch) {
  const Voxel first = unpack(patch << kAxisBits);
  return {first.x >> kPatchBits, first.y >> kPatchBits};
}

}  // namespace

int32_t VoxelMap::position_of(uint64_t key) {
  const auto next = static_cast<int32_t>(size());
  const int32_t position = table_.find_or_insert(key, next);
  if (position == next) {
    voxels_.keys.push_back(key);
    voxels_.records.push_back({});
    sighting_.push_back(kNoSighting);
  }
  return position;
}

int32_t VoxelMap::sighting_of(int32_t position) {
  int32_t& sighting = sighting_[position];
  if (sighting == kNoSighting) {
    sighting = static_cast<int32_t>(sightings_.size());
    sightings_.push_back({position, 0, {}, {}});
  }
  return sighting;
}

// At the end of a scan.
void VoxelMap::forget_sightings() {
  for (const Sighting& sighting : sightings_) {
    if (sighting.position != kGone) sighting_[sighting.position] = kNoSighting;
  }
  sightings_.clear();
}

void VoxelMap::look_up(const PlacedPoints& points, int64_t count, int32_t* look_up_of_point) {
  const size_t first = looked_up_.size();
  wanted_.clear();
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t key = points.key[i];
    Recent& recent = recent_[(key ^ key >> 17 ^ key >> 36) % recent_.size()];
    if (recent.key != key) {
      recent = {key, static_cast<int32_t>(first + wanted_.size())};
      wanted_.push_back(key);
      if (key != kDropped) table_.prepare(key);
    }
    look_up_of_point[i] = recent.look_up;
  }
  // Step by step over all of them, so that nobody waits for memory.
  for (const uint64_t key : wanted_) {
    const int32_t position = key == kDropped ? kNoSighting : position_of(key);
    if (position != kNoSighting) prefetch(&sighting_[position]);
    looked_up_.push_back(position);
  }
  for (size_t i = first; i < looked_up_.size(); ++i) {
    if (looked_up_[i] != kNoSighting) looked_up_[i] = sighting_of(looked_up_[i]);
  }
}

bool VoxelMap::collect(const Scan& scan, const InsertOptions& options, int64_t& inserted) {
  looked_up_.clear();
  recent_.fill({kNoKey, kNoSighting});
  PlacedPoints points;
  int32_t look_up_of_point[PlacedPoints::kMost];
  for (int64_t begin = 0; begin < scan.count; begin += PlacedPoints::kMost) {
    const int64_t count = std::min(PlacedPoints::kMost, scan.count - begin);
    if (!place_points(scan, begin, count, options, voxel_size_, points)) return false;
    look_up(points, count, look_up_of_point);
    for (int64_t i = 0; i < count; ++i) {
      const int32_t at = looked_up_[look_up_of_point[i]];
      if (at == kNoSighting) continue;
      Sighting& sighting = sightings_[at];
      const uint8_t* color = scan.rgb + 3 * (begin + i);
      sighting.offset = sighting.offset + points.offset(i);
      for (int c = 0; c < 3; ++c) sighting.color[c] += color[c];
      ++sighting.points;
      ++inserted;
    }
  }
  return true;
}

// Running mean: `hits` counts this sighting already.
void VoxelMap::average(const Sighting& sighting, VoxelRecord& record) const {
  const float share = 1.0f / static_cast<float>(sighting.points);
  const Vec3 offset = share * sighting.offset;
  const auto color = [&](int c) {  // rounding must not lead beyond 255
    return std::min(255.0f, share * static_cast<float>(sighting.color[c]));
  };
  const float mean[6] = {offset.x, offset.y, offset.z, color(0), color(1), color(2)};
  const float weight = 1.0f / static_cast<float>(record.hits);
  float moved = 0, recolored = 0;
  for (int i = 0; i < 3; ++i) {
    const float step = weight * (mean[i] - record.offset[i]);
    const float tint = weight * (mean[3 + i] - record.color[i]);
    record.offset[i] += step;
    record.color[i] += tint;
    moved = std::max(moved, std::abs(step));
    recolored = std::max(recolored, std::abs(tint));
  }
  if (moved > kMovedVoxels * voxel_size_ || recolored > kRecolored) {
    record.changed_in = version_ % VoxelRecord::kVersions;
  }
}

uint32_t VoxelMap::add_stamp(int64_t stamp_ns) {
  voxels_.stamps_ns.push_back(stamp_ns);
  return static_cast<uint32_t>(voxels_.stamps_ns.size()) - 1;
}

// Once in many scans: of the stamps that are left there are no more than voxels.
void VoxelMap::drop_unused_stamps() {
  std::vector<int64_t>& stamps = voxels_.stamps_ns;
  if (stamps.size() <= std::max(2 * size(), kFewStamps)) return;
  std::vector<uint32_t> number(stamps.size(), 0);
  for (const VoxelRecord& record : voxels_.records) number[record.last_seen] = 1;
  std::vector<int64_t> used;
  for (size_t i = 0; i < stamps.size(); ++i) {
    if (number[i] == 0) continue;
    number[i] = static_cast<uint32_t>(used.size());
    used.push_back(stamps[i]);
  }
  for (VoxelRecord& record : voxels_.records) record.last_seen = number[record.last_seen];
  stamps.swap(used);
}

// Growing lists would copy the whole map while a scan waits. Until voxels come this is address
// space, not memory.
void VoxelMap::reserve(int64_t max_voxels) {
  const auto voxels = static_cast<size_t>(std::min(max_voxels, kMostReserved));
  voxels_.keys.reserve(voxels);
  voxels_.records.reserve(voxels);
  sighting_.reserve(voxels);
}

InsertCounts VoxelMap::insert(const Scan& scan, const InsertOptions& options) {
  reserve(options.max_voxels);
  const size_t before = size();
  InsertCounts counts{};
  if (!collect(scan, options, counts.inserted)) {
    const uint64_t removed = removed_;
    while (size() > before) remove(static_cast<int32_t>(size()) - 1);
    removed_ = removed;
    forget_sightings();
    release(options.max_voxels);
    throw std::out_of_range("a point lies beyond the voxels that can be numbered");
  }
  next_version();
  most_voxels_ = std::max(most_voxels_, size());
  counts.new_voxels = static_cast<int64_t>(size() - before);
  counts.updated = static_cast<int64_t>(sightings_.size()) - counts.new_voxels;
  if (!sightings_.empty()) {
    drop_unused_stamps();
    const uint32_t stamp = add_stamp(scan.stamp_ns);
    constexpr size_t kAhead = 16;
    for (size_t i = 0; i < sightings_.size(); ++i) {
      if (i + kAhead < sightings_.size()) {
        prefetch(&voxels_.records[sightings_[i + kAhead].position]);
      }
      VoxelRecord& record = voxels_.records[sightings_[i].position];
      if (record.hits == 0) record.changed_in = version_ % VoxelRecord::kVersions;
      if (record.hits == 0 || voxels_.stamps_ns[record.last_seen] < scan.stamp_ns) {
        record.last_seen = stamp;
      }
      record.hits = std::min(static_cast<int32_t>(record.hits) + 1, kMaxHits);
      touch(voxels_.keys[sightings_[i].position]);
      average(sightings_[i], record);
    }
  }
  if (options.carve && scan.height > 0) counts.carved = carve(scan, options);
  const double sensor[3] = {scan.sensor_to_map[3], scan.sensor_to_map[7], scan.sensor_to_map[11]};
  counts.evicted = evict(sensor, options.max_voxels);
  forget_sightings();
  release(options.max_voxels);
  return counts;
}

// What a scan of millions of points took goes back; smaller ones leave theirs for the next.
void VoxelMap::release(int64_t max_voxels) {
  if (looked_up_.capacity() > kLarge) std::vector<int32_t>().swap(looked_up_);
  if (sightings_.capacity() > kLarge) std::vector<Sighting>().swap(sightings_);
  if (most_voxels_ < static_cast<size_t>(max_voxels) + kLarge) return;
  const auto copy = [](auto& list) {
    std::remove_reference_t<decltype(list)> smaller(list.begin(), list.end());
    list.swap(smaller);
  };
  copy(voxels_.keys);
  copy(voxels_.records);
  copy(sighting_);
  table_ = VoxelTable();
  for (size_t i = 0; i < size(); ++i) {
    table_.find_or_insert(voxels_.keys[i], static_cast<int32_t>(i));
  }
  most_voxels_ = size();
}

int64_t VoxelMap::carve(const Scan& scan, const InsertOptions& options) {
  const ScanView view(scan, options, voxel_size_);
  if (!view.good()) return 0;
  ScanView::Projected voxels;
  int64_t carved = 0;
  // Downwards, since remove() moves the last voxel, already judged, into the gap.
  for (auto end = static_cast<int32_t>(size()); end > 0;) {
    const int32_t begin = (end - 1) / ScanView::kMost * ScanView::kMost;
    view.project(&voxels_.keys[begin], end - begin, voxels);
    int32_t candidates[ScanView::kMost], count = 0;
    for (int32_t i = end - 1; i >= begin; --i) {
      if (!view.contains(voxels, i - begin) || sighting_[i] != kNoSighting) continue;
      prefetch(view.pixel(voxels, i - begin));
      candidates[count++] = i;
    }
    for (int32_t c = 0; c < count; ++c) {
      const int32_t i = candidates[c];
      if (!view.sees_past(voxels, i - begin) || voxels_.last_seen_ns(i) > scan.stamp_ns) continue;
      if (--voxels_.records[i].hits > 0) continue;
      remove(i);
      ++carved;
    }
    end = begin;
  }
  return carved;
}

int64_t VoxelMap::evict(const double* sensor, int64_t max_voxels) {
  const auto count = static_cast<int64_t>(size());
  if (count <= max_voxels) return 0;
  // A sixteenth more than needed goes, so that a full map does not sort on every scan.
  const int64_t kept = max_voxels - max_voxels / 16;
  std::vector<std::pair<double, uint64_t>> by_distance(count);
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; ++i) {
    const Voxel v = unpack(voxels_.keys[i]);
    const double x = (v.x + 0.5) * voxel_size_ - sensor[0];
    const double y = (v.y + 0.5) * voxel_size_ - sensor[1];
    const double z = (v.z + 0.5) * voxel_size_ - sensor[2];
    by_distance[i] = {x * x + y * y + z * z, voxels_.keys[i]};
  }
  std::nth_element(by_distance.begin(), by_distance.begin() + kept, by_distance.end());
  for (int64_t i = kept; i < count; ++i) {
    remove(table_.find_or_insert(by_distance[i].second, 0));
  }
  return count - kept;
}

void VoxelMap::remove(int32_t position) {
  const auto last = static_cast<int32_t>(size()) - 1;
  const auto moves_to = [this](int32_t sighting, int32_t to) {
    if (sighting != kNoSighting) sightings_[sighting].position = to;
  };
  touch(voxels_.keys[position]);
  table_.erase(voxels_.keys[position]);
  moves_to(sighting_[position], kGone);
  if (position != last) {
    voxels_.keys[position] = voxels_.keys[last];
    voxels_.records[position] = voxels_.records[last];
    sighting_[position] = sighting_[last];
    table_.move(voxels_.keys[position], position);
    moves_to(sighting_[position], position);
  }
  voxels_.keys.pop_back();
  voxels_.records.pop_back();
  sighting_.pop_back();
  ++removed_;
}

void VoxelMap::next_version() {
  ++version_;
  removed_before_.push_back(removed_);
  if (removed_before_.size() > kVersionsRemembered) removed_before_.pop_front();
}

void VoxelMap::touch(uint64_t key) {
  const uint64_t patch = patch_of(key);
  if (latest_touched_ == nullptr || patch != latest_patch_) {
    if (touched_in_.size() >= kMostPatches) touch_all();
    latest_patch_ = patch;
    latest_touched_ = &touched_in_[patch];
  }
  *latest_touched_ = version_;
}

void VoxelMap::touch_all() {
  touched_in_ = {};
  latest_touched_ = nullptr;
  all_touched_in_ = version_;
}

bool VoxelMap::changed_patches(uint32_t version, std::vector<Patch>* changed) const {
  if (version < all_touched_in_) return false;
  for (const auto& [patch, touched_in] : touched_in_) {
    if (touched_in > version) changed->push_back(unpack_patch(patch));
  }
  return true;
}

VoxelList VoxelMap::voxels_in(const std::vector<Patch>& patches, int threads) const {
  std::vector<uint64_t> wanted;
  wanted.reserve(patches.size());
  for (const Patch& patch : patches) wanted.push_back(pack(patch));
  const KeyIndex index(wanted);
  const auto count = static_cast<int64_t>(size());
  VoxelList found;
  found.stamps_ns = voxels_.stamps_ns;
#pragma omp parallel num_threads(threads)
  {
    std::vector<int32_t> own;
    uint64_t latest = ~uint64_t{0};
    bool is_wanted = false;
#pragma omp for schedule(static)
    for (int64_t i = 0; i < count; ++i) {
      const uint64_t patch = patch_of(voxels_.keys[i]);
      if (patch != latest) {
        latest = patch;
        is_wanted = index.find(patch) >= 0;
      }
      if (is_wanted) own.push_back(static_cast<int32_t>(i));
    }
#pragma omp critical
    for (const int32_t i : own) {
      found.keys.push_back(voxels_.keys[i]);
      found.records.push_back(voxels_.records[i]);
    }
  }
  return found;
}

bool VoxelMap::restore(uint64_t key, const VoxelRecord& record) {
  const auto next = static_cast<int32_t>(size());
  if (table_.find_or_insert(key, next) != next) return false;
  voxels_.keys.push_back(key);
  voxels_.records.push_back(record);
  sighting_.push_back(kNoSighting);
  most_voxels_ = std::max(most_voxels_, size());
  return true;
}

void VoxelMap::clear() {
  next_version();
  removed_ += size();
  // Not `= {}`, which would keep the memory.
  VoxelList nothing;
  std::swap(voxels_, nothing);
  std::vector<int32_t>().swap(sighting_);
  std::vector<Sighting>().swap(sightings_);
  std::vector<int32_t>().swap(looked_up_);
  table_ = VoxelTable();
  most_voxels_ = 0;
  touch_all();
}

void VoxelMap::forget_times() {
  next_version();
  voxels_.stamps_ns = {0};
  for (VoxelRecord& record : voxels_.records) {
    record.last_seen = 0;
    record.changed_in = version_ % VoxelRecord::kVersions;
  }
}

uint64_t VoxelMap::memory_bytes() const {
  return table_.memory_bytes() +
         most_voxels_ * (sizeof(uint64_t) + sizeof(VoxelRecord) + sizeof(int32_t)) +
         voxels_.stamps_ns.capacity() * sizeof(int64_t) + looked_up_.capacity() * sizeof(int32_t) +
         sightings_.capacity() * sizeof(Sighting) + removed_before_.size() * sizeof(uint64_t) +
         touched_in_.size() * (sizeof(*touched_in_.begin()) + 3 * sizeof(void*));
}

double VoxelMap::changed_since(uint32_t version) const {
  if (version >= version_) return 0;
  const uint32_t ago = version_ - version;
  if (ago > removed_before_.size()) return 1;
  auto changed = static_cast<double>(removed_ - removed_before_[removed_before_.size() - ago]);
  for (const VoxelRecord& record : voxels_.records) {
    changed += (version_ - record.changed_in) % VoxelRecord::kVersions < ago;
  }
  return std::min(1.0, changed / std::max<double>(1, static_cast<double>(size())));
}

}  // namespace detailbase
