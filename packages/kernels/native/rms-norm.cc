#include "rms-norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "simd.h"
#include "threads.h"

namespace moekit {
namespace {

constexpr int64_t kRows = 16;
constexpr int64_t kColumns = 64;

/// Sum of a b c over a row; c of ones where null.
float dot(const float* a, const float* b, const float* c, int64_t width) {
  Vector sums = {};
  int64_t at = 0;
  for (; at + kLanes <= width; at += kLanes) {
    const Vector product = load(a + at) * load(b + at);
    sums += c ? product * load(c + at) : product;
  }
  float total = sum(sums);
  for (; at < width; at++) total += a[at] * b[at] * (c ? c[at] : 1);
  return total;
}

float inverse_rms(const float* x, int64_t width, float epsilon) {
  return 1 / std::sqrt(dot(x, x, nullptr, width) / float(width) + epsilon);
}

}  // namespace

void rms_norm(const float* x, const float* gain, const Rows& rows, float epsilon, float* y) {
  const int64_t width = rows.width;
  parallel_ranges(rows.count, kRows, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; t++) {
      const float* from = x + t * width;
      float* to = y + t * width;
      const float r = inverse_rms(from, width, epsilon);
      for (int64_t d = 0; d < width; d++) to[d] = from[d] * r * gain[d];
    }
  });
}

void rms_norm_gradient(const float* dy, const float* x, const float* gain, const Rows& rows,
                       float epsilon, float* dx, float* dgain) {
  const int64_t width = rows.width;
  std::vector<float> inverse(rows.count);
  parallel_ranges(rows.count, kRows, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; t++) {
      const float *from = x + t * width, *slope = dy + t * width;
      float* to = dx + t * width;
      const float r = inverse[t] = inverse_rms(from, width, epsilon);
      const float along = dot(slope, gain, from, width) * r * r / float(width);
      for (int64_t d = 0; d < width; d++) to[d] = r * (slope[d] * gain[d] - from[d] * along);
    }
  });
  parallel_ranges(width, kColumns, [&](int64_t first, int64_t last) {
    float sums[kColumns] = {};
    for (int64_t t = 0; t < rows.count; t++) {
      const float *from = x + t * width + first, *slope = dy + t * width + first;
      for (int64_t d = 0; d < last - first; d++) sums[d] += slope[d] * from[d] * inverse[t];
    }
    std::copy(sums, sums + (last - first), dgain + first);
  });
}

}  // namespace moekit
