#include "scene_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "pinhole.h"

namespace detailbase {
namespace {

constexpr size_t kVersionsRemembered = 10000;
constexpr int64_t kPointsRemembered = 1000000;  // room for a scan that is kept for the next
// A mean that jumps by more than this in one scan counts as a change.
constexpr float kMovedVoxels = 0.25f, kRecolored = 16;

struct Point {
  double x, y, z;
};

Point to_map(const double* t, double x, double y, double z) {
  return {t[0] * x + t[1] * y + t[2] * z + t[3], t[4] * x + t[5] * y + t[6] * z + t[7],
          t[8] * x + t[9] * y + t[10] * z + t[11]};
}

// The inverse of the same rigid transform.
Point to_sensor(const double* t, const Point& p) {
  const double x = p.x - t[3], y = p.y - t[7], z = p.z - t[11];
  return {t[0] * x + t[4] * y + t[8] * z, t[1] * x + t[5] * y + t[9] * z,
          t[2] * x + t[6] * y + t[10] * z};
}

bool in_box(const Point& p, const double* low, const double* high) {
  return p.x >= low[0] && p.y >= low[1] && p.z >= low[2] && p.x <= high[0] && p.y <= high[1] &&
         p.z <= high[2];
}

// std::floor is a library call on baseline x86-64; this is not. |x| < 2^31.
int32_t floor_to_int(double x) {
  const auto truncated = static_cast<int32_t>(x);
  return truncated - (x < truncated);
}

constexpr uint64_t kDropped = ~uint64_t{0};

}  // namespace

void VoxelMap::place(const Scan& scan, const InsertOptions& options) {
  placed_.resize(scan.count);
  const double per_metre = 1 / voxel_size_, limit = kVoxelLimit - 2;
  const double near = options.min_range * options.min_range;
  const double far = options.max_range * options.max_range;
  bool beyond = false;
#pragma omp parallel for schedule(static) reduction(|| : beyond)
  for (int64_t i = 0; i < scan.count; ++i) {
    const double x = scan.xyz[i].x, y = scan.xyz[i].y, z = scan.xyz[i].z;
    const double range = x * x + y * y + z * z;
    placed_[i].key = kDropped;
    if (!(range >= near && range <= far)) continue;  // NaN drops out here too
    Point p = to_map(scan.sensor_to_map, x, y, z);
    if (!in_box(p, options.crop_low, options.crop_high)) continue;
    p = {p.x * per_metre, p.y * per_metre, p.z * per_metre};
    if (!(std::abs(p.x) < limit && std::abs(p.y) < limit && std::abs(p.z) < limit)) {
      beyond = true;
      continue;
    }
    const Voxel v{floor_to_int(p.x), floor_to_int(p.y), floor_to_int(p.z)};
    const auto local = [&](double at, int32_t voxel) {
      return static_cast<float>((at - voxel - 0.5) * voxel_size_);
    };
    placed_[i] = {pack(v), {local(p.x, v.x), local(p.y, v.y), local(p.z, v.z)}};
  }
  if (beyond) throw std::out_of_range("a point lies beyond the voxels that can be numbered");
}

int32_t VoxelMap::sighting_of(uint64_t key) {
  const auto next = static_cast<int32_t>(sightings_.size());
  const auto fallback = static_cast<int32_t>(keys_.size());
  const int32_t position = table_.find_or_insert(key, fallback);
  if (position == fallback) {
    keys_.push_back(key);
    records_.push_back({{}, {}, 0, version_, 0});
    seen_.push_back({version_, next});
  } else if (seen_[position].version == version_) {
    return seen_[position].sighting;
  } else {
    seen_[position] = {version_, next};
  }
  sightings_.push_back({position, 0, {}, {}});
  return next;
}

int64_t VoxelMap::collect(const Scan& scan) {
  constexpr int64_t kAhead = 16;  // points; hides the cache misses of the table, then of seen_
  sightings_.clear();
  int64_t inserted = 0;
  int32_t latest = -1;  // neighbouring pixels mostly fall into the same voxel
  uint64_t latest_key = kDropped;
  for (int64_t i = 0; i < scan.count; ++i) {
    if (i + 2 * kAhead < scan.count) table_.prefetch(placed_[i + 2 * kAhead].key);
    if (i + kAhead < scan.count) prefetch(seen_.data() + table_.guess(placed_[i + kAhead].key));
    const Placed& point = placed_[i];
    if (point.key == kDropped) continue;
    if (point.key != latest_key) {
      latest = sighting_of(point.key);
      latest_key = point.key;
    }
    Sighting& sighting = sightings_[latest];
    const uint8_t* color = scan.rgb + 3 * i;
    sighting.offset = sighting.offset + point.offset;
    for (int c = 0; c < 3; ++c) sighting.color[c] += color[c];
    ++sighting.points;
    ++inserted;
  }
  return inserted;
}

// Running mean: `hits` counts this sighting already.
void VoxelMap::average(const Sighting& sighting, int64_t stamp_ns, VoxelRecord& record) const {
  const float share = 1.0f / static_cast<float>(sighting.points);
  const Vec3 offset = share * sighting.offset;
  const float mean[6] = {offset.x,
                         offset.y,
                         offset.z,
                         share * static_cast<float>(sighting.color[0]),
                         share * static_cast<float>(sighting.color[1]),
                         share * static_cast<float>(sighting.color[2])};
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
  if (moved > kMovedVoxels * voxel_size_ || recolored > kRecolored) record.changed_in = version_;
  record.last_seen_ns = std::max(record.last_seen_ns, stamp_ns);
}

InsertCounts VoxelMap::insert(const Scan& scan, const InsertOptions& options) {
  place(scan, options);
  next_version();
  const auto before = static_cast<int64_t>(keys_.size());
  InsertCounts counts{};
  counts.inserted = collect(scan);
  counts.new_voxels = static_cast<int64_t>(keys_.size()) - before;
  counts.updated = static_cast<int64_t>(sightings_.size()) - counts.new_voxels;
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < sightings_.size(); ++i) {
    if (i + kAhead < sightings_.size()) prefetch(&records_[sightings_[i + kAhead].position]);
    const Sighting& sighting = sightings_[i];
    VoxelRecord& record = records_[sighting.position];
    if (record.hits == 0) record.last_seen_ns = scan.stamp_ns;
    record.hits = std::min(record.hits + 1, kMaxHits);
    average(sighting, scan.stamp_ns, record);
  }
  if (options.carve && scan.height > 0) counts.carved = carve(scan, options);
  const double sensor[3] = {scan.sensor_to_map[3], scan.sensor_to_map[7], scan.sensor_to_map[11]};
  counts.evicted = evict(sensor, options.max_voxels);
  if (scan.count > kPointsRemembered) std::vector<Placed>().swap(placed_);
  return counts;
}

// Whether the image measured clearly more than `depth` all over the patch of the voxel that
// projects to (column, row): the voxel's footprint is probed at 3 x 3 pixels, so that neither
// a thin thing inside it nor a slightly wrong pose at an outline costs a voxel its life.
static bool sees_past(const Scan& scan, double column, double row, double reach, double depth) {
  int measured = 0;
  for (int i = -1; i <= 1; ++i) {
    for (int j = -1; j <= 1; ++j) {
      const double u = column + j * reach + 0.5, v = row + i * reach + 0.5;
      if (!(u >= 0 && v >= 0 && u < scan.width && v < scan.height)) return false;
      const int64_t pixel = static_cast<int64_t>(v) * scan.width + static_cast<int64_t>(u);
      const float z = scan.xyz[pixel].z;
      if (!std::isfinite(z)) continue;
      if (z <= depth) return false;
      ++measured;
    }
  }
  return measured >= 5;
}

std::vector<uint8_t> VoxelMap::seen_through(const Scan& scan, const InsertOptions& options) const {
  std::vector<uint8_t> through(keys_.size(), 0);
  const Pinhole camera = fit_pinhole(scan.xyz, scan.height, scan.width);
  if (!camera.good) return through;
  const double near = std::max(options.min_range, 1e-3);
  const double half = 0.5 * voxel_size_;
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < static_cast<int64_t>(keys_.size()); ++i) {
    if (seen_[i].version == version_ || records_[i].last_seen_ns > scan.stamp_ns) continue;
    const Voxel v = unpack(keys_[i]);
    const Point centre{(v.x + 0.5) * voxel_size_, (v.y + 0.5) * voxel_size_,
                       (v.z + 0.5) * voxel_size_};
    const Point p = to_sensor(scan.sensor_to_map, centre);
    if (p.z < near || p.z > options.max_range) continue;
    // Two voxels of slack for the grid and the pose, and 2 % of the depth for the sensor.
    const double depth = p.z + 2 * voxel_size_ + 0.02 * p.z;
    const double reach = std::max(1.0, half * std::abs(camera.fx) / p.z);
    through[i] = sees_past(scan, camera.fx * p.x / p.z + camera.cx,
                           camera.fy * p.y / p.z + camera.cy, reach, depth);
  }
  return through;
}

int64_t VoxelMap::carve(const Scan& scan, const InsertOptions& options) {
  const std::vector<uint8_t> through = seen_through(scan, options);
  int64_t carved = 0;
  // Downwards, since remove() moves the last voxel, already judged, into the gap.
  for (auto i = static_cast<int32_t>(through.size()) - 1; i >= 0; --i) {
    if (through[i] == 0 || --records_[i].hits > 0) continue;
    remove(i);
    ++carved;
  }
  return carved;
}

int64_t VoxelMap::evict(const double* sensor, int64_t max_voxels) {
  const auto count = static_cast<int64_t>(keys_.size());
  if (count <= max_voxels) return 0;
  // A sixteenth more than needed goes, so that a full map does not sort on every scan.
  const int64_t kept = max_voxels - max_voxels / 16;
  std::vector<std::pair<double, uint64_t>> by_distance(count);
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; ++i) {
    const Voxel v = unpack(keys_[i]);
    const double x = (v.x + 0.5) * voxel_size_ - sensor[0];
    const double y = (v.y + 0.5) * voxel_size_ - sensor[1];
    const double z = (v.z + 0.5) * voxel_size_ - sensor[2];
    by_distance[i] = {x * x + y * y + z * z, keys_[i]};
  }
  std::nth_element(by_distance.begin(), by_distance.begin() + kept, by_distance.end());
  for (int64_t i = kept; i < count; ++i) {
    remove(table_.find_or_insert(by_distance[i].second, 0));
  }
  return count - kept;
}

void VoxelMap::remove(int32_t position) {
  const auto last = static_cast<int32_t>(keys_.size()) - 1;
  table_.erase(keys_[position]);
  if (position != last) {
    keys_[position] = keys_[last];
    records_[position] = records_[last];
    seen_[position] = seen_[last];
    table_.move(keys_[position], position);
  }
  keys_.pop_back();
  records_.pop_back();
  seen_.pop_back();
  ++removed_;
}

void VoxelMap::next_version() {
  ++version_;
  removed_before_.push_back(removed_);
  if (removed_before_.size() > kVersionsRemembered) removed_before_.pop_front();
}

void VoxelMap::restore(uint64_t key, const VoxelRecord& record) {
  table_.find_or_insert(key, static_cast<int32_t>(keys_.size()));
  keys_.push_back(key);
  records_.push_back(record);
  seen_.push_back({version_, 0});
}

void VoxelMap::clear() {
  next_version();
  removed_ += keys_.size();
  keys_.clear();
  records_.clear();
  seen_.clear();
  table_ = VoxelTable();
}

void VoxelMap::forget_times() {
  next_version();
  for (VoxelRecord& record : records_) {
    record.last_seen_ns = 0;
    record.changed_in = version_;
  }
}

uint64_t VoxelMap::memory_bytes() const {
  return table_.memory_bytes() + keys_.capacity() * sizeof(uint64_t) +
         records_.capacity() * sizeof(VoxelRecord) + seen_.capacity() * sizeof(Seen) +
         placed_.capacity() * sizeof(Placed) + sightings_.capacity() * sizeof(Sighting) +
         removed_before_.size() * sizeof(uint64_t);
}

double VoxelMap::changed_since(uint32_t version) const {
  if (version >= version_) return 0;
  const uint32_t ago = version_ - version;
  if (ago > removed_before_.size()) return 1;
  auto changed = static_cast<double>(removed_ - removed_before_[removed_before_.size() - ago]);
  for (const VoxelRecord& record : records_) changed += record.changed_in > version;
  return std::min(1.0, changed / std::max<double>(1, static_cast<double>(records_.size())));
}

}  // namespace detailbase
