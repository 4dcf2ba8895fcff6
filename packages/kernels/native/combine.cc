#include "combine.h"

#include <algorithm>

#include "simd.h"
#include "threads.h"

namespace moekit {
namespace {

/// Tokens of one task: enough that handing it over costs nothing.
constexpr int64_t kTokens = 64;

/// Numbers of a row that are summed in registers at once.
constexpr int kSums = 8;
constexpr int64_t kChunk = kSums * kLanes;

/// to[0..chunk) = sum over i of weight(i) row(i)[0..chunk).
template <class Row, class Weight>
inline void sum_chunk(int64_t count, Row row, Weight weight, int64_t at, float* to) {
  Vector sums[kSums] = {};
  for (int64_t i = 0; i < count; i++) {
    const float* from = row(i) + at;
    const float w = weight(i);
    for (int v = 0; v < kSums; v++) sums[v] += w * load(from + v * kLanes);
  }
  for (int v = 0; v < kSums; v++) store(to + v * kLanes, sums[v]);
}

/// The same for a whole row; numbers behind the last chunk one by one.
template <class Row, class Weight>
inline void sum_rows(int64_t count, Row row, Weight weight, int64_t width, float* to) {
  int64_t at = 0;
  for (; at + kChunk <= width; at += kChunk) sum_chunk(count, row, weight, at, to + at);
  for (; at < width; at++) {
    float total = 0;
    for (int64_t i = 0; i < count; i++) total += weight(i) * row(i)[at];
    to[at] = total;
  }
}

inline float dot(const float* a, const float* b, int64_t width) {
  Vector sums[2] = {};
  int64_t at = 0;
  for (; at + 2 * kLanes <= width; at += 2 * kLanes)
    for (int v = 0; v < 2; v++) sums[v] += load(a + at + v * kLanes) * load(b + at + v * kLanes);
  float total = sum(sums[0] + sums[1]);
  for (; at < width; at++) total += a[at] * b[at];
  return total;
}

template <class Token>
void each_token(const TokenRows& plan, Token token) {
  parallel_ranges(plan.tokens, kTokens, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; t++)
      token(t, plan.rows + plan.offsets[t], plan.offsets[t + 1] - plan.offsets[t]);
  });
}

}  // namespace

void combine(const TokenRows& plan, const float* y, const float* weights, int64_t width,
             float* out) {
  each_token(plan, [&](int64_t t, const int64_t* rows, int64_t count) {
    const auto row = [&](int64_t i) { return y + rows[i] * width; };
    const float* own = weights ? weights + t * plan.num_experts : nullptr;
    if (own)
      sum_rows(
          count, row, [&](int64_t i) { return own[plan.experts[rows[i]]]; }, width,
          out + t * width);
    else
      sum_rows(count, row, [](int64_t) { return 1.f; }, width, out + t * width);
  });
}

void spread(const TokenRows& plan, const float* d, const float* weights, int64_t width,
            float* out) {
  each_token(plan, [&](int64_t t, const int64_t* rows, int64_t count) {
    const float* from = d + t * width;
    for (int64_t i = 0; i < count; i++) {
      const float w = weights[t * plan.num_experts + plan.experts[rows[i]]];
      float* to = out + rows[i] * width;
      for (int64_t at = 0; at < width; at++) to[at] = w * from[at];
    }
  });
}

void pair_dots(const TokenRows& plan, const float* y, const float* d, int64_t width, float* out) {
  each_token(plan, [&](int64_t t, const int64_t* rows, int64_t count) {
    float* own = out + t * plan.num_experts;
    std::fill(own, own + plan.num_experts, 0.f);
    for (int64_t i = 0; i < count; i++)
      own[plan.experts[rows[i]]] = dot(y + rows[i] * width, d + t * width, width);
  });
}

void expert_sum(const int64_t* offsets, int64_t experts, const float* y, int64_t width,
                float* out) {
  const int64_t chunks = (width + kChunk - 1) / kChunk;
  parallel(experts * chunks, [&](int64_t task) {
    const int64_t e = task / chunks, at = task % chunks * kChunk;
    const int64_t n = std::min(kChunk, width - at), count = offsets[e + 1] - offsets[e];
    const auto row = [&](int64_t i) { return y + (offsets[e] + i) * width + at; };
    sum_rows(count, row, [](int64_t) { return 1.f; }, n, out + e * width + at);
  });
}

}  // namespace moekit
