#include "attention.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "grouped-outer.h"
#include "grouped-product.h"
#include "threads.h"

namespace moekit {
namespace {

/// out = x w for one head: [rows,inner] x [inner,outer], or w [outer,inner] transposed.
void multiply(const float* x, const float* w, bool transposed, int64_t rows, int64_t inner,
              int64_t outer, float* out) {
  const int64_t offsets[2] = {0, rows};
  product_alone(
      {x, nullptr, offsets, w, nullptr, out, 1, inner, outer, transposed, Activation::kNone});
}

/// out = x^T y for one head: [rows,left] x [rows,right].
void multiply_across(const float* x, const float* y, int64_t rows, int64_t left, int64_t right,
                     float* out) {
  const int64_t offsets[2] = {0, rows};
  outer_alone({x, nullptr, y, offsets, out, 1, left, right});
}

/// A thread's own memory, of a size that is known only now.
float* scratch(std::vector<float>& memory, int64_t size) {
  if (int64_t(memory.size()) < size) memory.resize(size);
  return memory.data();
}

void masked_softmax(float* row, const float* mask, int64_t step, int64_t keys) {
  float largest = -INFINITY;
  for (int64_t i = 0; i < keys; i++) largest = std::max(largest, row[i] += mask[i * step]);
  float total = 0;
  for (int64_t i = 0; i < keys; i++) total += row[i] = std::exp(row[i] - largest);
  for (int64_t i = 0; i < keys; i++) row[i] /= total;
}

/// ds = p (dp - <dp, p>), in place of dp.
void softmax_slope(const float* probs, float* slope, int64_t keys) {
  float along = 0;
  for (int64_t i = 0; i < keys; i++) along += slope[i] * probs[i];
  for (int64_t i = 0; i < keys; i++) slope[i] = probs[i] * (slope[i] - along);
}

/// Rows of one head in the joined result: row l begins at `joined + l * H * Dh`.
struct Head {
  int64_t queries, keys, scores, joined;  // where it begins in q, in k and v, in probs, in out
  int64_t batch, head;
};

template <class Visit>
void each_head(const AttentionShape& s, Visit visit) {
  parallel(s.batch * s.heads, [&](int64_t i) {
    const int64_t b = i / s.heads, h = i % s.heads;
    visit(Head{i * s.queries * s.width, i * s.keys * s.width, i * s.queries * s.keys,
               b * s.queries * s.heads * s.width + h * s.width, b, h});
  });
}

}  // namespace

void attend(const AttentionShape& s, const float* q, const float* k, const float* v,
            const Mask& mask, float* probs, float* out) {
  each_head(s, [&](const Head& head) {
    thread_local std::vector<float> memory;
    float* own = scratch(memory, s.queries * s.width);
    float* scores = probs + head.scores;
    multiply(q + head.queries, k + head.keys, true, s.queries, s.width, s.keys, scores);
    const float* added = mask.values + head.batch * mask.batch + head.head * mask.head;
    for (int64_t l = 0; l < s.queries; l++)
      masked_softmax(scores + l * s.keys, added + l * mask.query, mask.key, s.keys);
    multiply(scores, v + head.keys, false, s.queries, s.keys, s.width, own);
    for (int64_t l = 0; l < s.queries; l++)
      std::memcpy(out + head.joined + l * s.heads * s.width, own + l * s.width,
                  sizeof(float) * s.width);
  });
}

void attend_gradient(const AttentionShape& s, const float* dout, const float* q, const float* k,
                     const float* v, const float* probs, const AttentionSlopes& slopes) {
  each_head(s, [&](const Head& head) {
    thread_local std::vector<float> memory;
    float* own = scratch(memory, s.queries * (s.width + s.keys));
    float* slope = own + s.queries * s.width;
    for (int64_t l = 0; l < s.queries; l++)
      std::memcpy(own + l * s.width, dout + head.joined + l * s.heads * s.width,
                  sizeof(float) * s.width);
    const float* p = probs + head.scores;
    multiply(own, v + head.keys, true, s.queries, s.width, s.keys, slope);
    multiply_across(p, own, s.queries, s.keys, s.width, slopes.v + head.keys);
    for (int64_t l = 0; l < s.queries; l++)
      softmax_slope(p + l * s.keys, slope + l * s.keys, s.keys);
    multiply(slope, k + head.keys, false, s.queries, s.keys, s.width, slopes.q + head.queries);
    multiply_across(slope, q + head.queries, s.queries, s.keys, s.width, slopes.k + head.keys);
  });
}

}  // namespace moekit
