#include "combine.h"

#include <algorithm>

#include "simd.h"
#include "threads.h"

namespace moekit {
namespace {

/// Tokens of one task: enough that handing it over costs nothing.
constexpr long kTokens = 64;

/// Numbers of a row that are summed in registers at once.
constexpr int kSums = 8;
constexpr long kChunk = kSums * kLanes;

/// to[0..chunk) = sum over i of weight(i) row(i)[0..chunk).
template <class Row, class Weight>
inline void sum_chunk(long count, Row row, Weight weight, long at, float* to) {
  Vector sums[kSums] = {};
  for (long i = 0; i < count; i++) {
    const float* from = row(i) + at;
    const float w = weight(i);
    for (int v = 0; v < kSums; v++) sums[v] += w * load(from + v * kLanes);
  }
  for (int v = 0; v < kSums; v++) store(to + v * kLanes, sums[v]);
}

/// The same for a whole row; numbers behind the last chunk one by one.
template <class Row, class Weight>
inline void sum_rows(long count, Row row, Weight weight, long width, float* to) {
  long at = 0;
  for (; at + kChunk <= width; at += kChunk) sum_chunk(count, row, weight, at, to + at);
  for (; at < width; at++) {
    float total = 0;
    for (long i = 0; i < count; i++) total += weight(i) * row(i)[at];
    to[at] = total;
  }
}

inline float dot(const float* a, const float* b, long width) {
  Vector sums[2] = {};
  long at = 0;
  for (; at + 2 * kLanes <= width; at += 2 * kLanes)
    for (int v = 0; v < 2; v++) sums[v] += load(a + at + v * kLanes) * load(b + at + v * kLanes);
  float total = sum(sums[0] + sums[1]);
  for (; at < width; at++) total += a[at] * b[at];
  return total;
}

template <class Token>
void each_token(const TokenRows& plan, Token token) {
  parallel_ranges(plan.tokens, kTokens, [&](long first, long last) {
    for (long t = first; t < last; t++)
      token(t, plan.rows + plan.offsets[t], plan.offsets[t + 1] - plan.offsets[t]);
  });
}

}  // namespace

void combine(const TokenRows& plan, const float* y, const float* weights, long width, float* out) {
  each_token(plan, [&](long t, const int64_t* rows, long count) {
    const auto row = [&](long i) { return y + rows[i] * width; };
    const float* own = weights ? weights + t * plan.num_experts : nullptr;
    if (own)
      sum_rows(count, row, [&](long i) { return own[plan.experts[rows[i]]]; }, width, out + t * width);
    else
      sum_rows(count, row, [](long) { return 1.f; }, width, out + t * width);
  });
}

void spread(const TokenRows& plan, const float* d, const float* weights, long width,
                           float* out) {
  each_token(plan, [&](long t, const int64_t* rows, long count) {
    const float* from = d + t * width;
    for (long i = 0; i < count; i++) {
      const float w = weights[t * plan.num_experts + plan.experts[rows[i]]];
      float* to = out + rows[i] * width;
      for (long at = 0; at < width; at++) to[at] = w * from[at];
    }
  });
}

void pair_dots(const TokenRows& plan, const float* y, const float* d, long width,
                              float* out) {
  each_token(plan, [&](long t, const int64_t* rows, long count) {
    float* own = out + t * plan.num_experts;
    std::fill(own, own + plan.num_experts, 0.f);
    for (long i = 0; i < count; i++)
      own[plan.experts[rows[i]]] = dot(y + rows[i] * width, d + t * width, width);
  });
}

void expert_sum(const int64_t* offsets, long experts, const float* y, long width, float* out) {
  const long chunks = (width + kChunk - 1) / kChunk;
  parallel(experts * chunks, [&](long task) {
    const long e = task / chunks, at = task % chunks * kChunk;
    const long n = std::min(kChunk, width - at), count = offsets[e + 1] - offsets[e];
    const auto row = [&](long i) { return y + (offsets[e] + i) * width + at; };
    sum_rows(count, row, [](long) { return 1.f; }, n, out + e * width + at);
  });
}

}  // namespace moekit
