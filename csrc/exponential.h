// exp() of many numbers, in a form that compilers turn into vectors.
#pragma once

#include <cstdint>
#include <cstring>

namespace detailbase {

// exp(x) for x <= 88, to 2 units in the last place; 0 below -87. NaN stays.
// 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes, expf).
inline float exponential(float x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: what is added to it has no fraction
  const float inside = x < -87.0f ? -87.0f : x;
  const float shifted = inside * 1.44269504088896341f + kRound;
  const float n = shifted - kRound;
  const float r = (inside - n * 0.693359375f) + n * 2.12194440e-4f;
  float y = 1.9875691500e-4f;
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * (r * r) + r + 1.0f;
  int32_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + (127 << 23);  // the low bits of `shifted` are n
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return x < -87.0f ? 0.0f : y * power;
}

}  // namespace detailbase
