// The few things that a mask may be of; see detailbase_core/network/candidates.py.
#pragma once

#include <cstdint>

#include "vec3.h"

namespace detailbase {

struct CandidateOptions {
  int32_t most;         // candidates of a mask
  float faintest;       // around superpoints surer than this a candidate may form
  float faintest_part;  // and those surer than this may belong to it
};

// number (count): which candidate of one mask each superpoint belongs to, the surest first, -1 =
// none. probability, reach: (count); centers: (count), in the unit of the reach.
void pick_candidates(const float* probability, const Vec3* centers, const float* reach,
                     int64_t count, const CandidateOptions& options, int64_t* number);

}  // namespace detailbase
