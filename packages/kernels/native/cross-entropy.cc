#include "cross-entropy.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "threads.h"

namespace moekit {
namespace {

/// Rows of one task.
constexpr int64_t kRows = 8;

/// The loss of one row. Subtracting the largest logit keeps every exponential at most 1, and one of them 1.
float row_loss(const float* z, int64_t target, int64_t width, float share, float* slope) {
  const float largest = *std::max_element(z, z + width);
  float total = 0;
  for (int64_t v = 0; v < width; v++) total += slope[v] = std::exp(z[v] - largest);
  const float scale = share / total;
  for (int64_t v = 0; v < width; v++) slope[v] *= scale;
  slope[target] -= share;
  return std::log(total) + largest - z[target];
}

}  // namespace

float cross_entropy(const float* logits, const int32_t* targets, int64_t rows, int64_t width,
                    float* slope) {
  std::vector<float> losses(rows);
  parallel_ranges(rows, kRows, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; t++)
      losses[t] =
          row_loss(logits + t * width, targets[t], width, 1.f / float(rows), slope + t * width);
  });
  double total = 0;
  for (const float loss : losses) total += loss;
  return float(total / double(rows));
}

}  // namespace moekit
