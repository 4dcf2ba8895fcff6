#include "router-losses.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "threads.h"

namespace moekit {
namespace {

/// Tokens of one task, whose sum is added to the others' in its order.
constexpr int64_t kTokens = 64;

/// Mean over the tokens of loss(t, share), which writes its slope, 0 for padding, share being what t's loss is multiplied by in it. 0 where no token is present.
template <class Loss>
float mean_of(const RouterRows& rows, float* slope, Loss loss) {
  double present = rows.present ? 0 : double(rows.tokens);
  for (int64_t t = 0; rows.present && t < rows.tokens; t++) present += rows.present[t];
  const double share = 1 / std::max(present, 1.);
  std::vector<double> parts((rows.tokens + kTokens - 1) / kTokens);
  parallel_ranges(rows.tokens, kTokens, [&](int64_t first, int64_t last) {
    double sum = 0;
    for (int64_t t = first; t < last; t++) {
      const float own = float(share) * (rows.present ? rows.present[t] : 1);
      if (own == 0) {  // padding may hold anything: 0 times infinity is not 0
        std::fill_n(slope + t * rows.experts, rows.experts, 0.f);
        continue;
      }
      sum += double(loss(t, own)) * own;
    }
    parts[first / kTokens] = sum;
  });
  double total = 0;
  for (const double part : parts) total += part;
  return float(total);
}

}  // namespace

float z_loss(const RouterRows& logits, float* slope) {
  const int64_t experts = logits.experts;
  return mean_of(logits, slope, [&](int64_t t, float share) {
    const float* z = logits.values + t * experts;
    float* d = slope + t * experts;
    const float largest = *std::max_element(z, z + experts);
    float total = 0;
    for (int64_t e = 0; e < experts; e++) total += d[e] = std::exp(z[e] - largest);
    const float partition = largest + std::log(total);
    for (int64_t e = 0; e < experts; e++) d[e] *= 2 * partition * share / total;
    return partition * partition;
  });
}

float balance_loss(const RouterRows& probs, const float* fractions, float scale, float* slope) {
  const int64_t experts = probs.experts;
  return mean_of(probs, slope, [&](int64_t t, float share) {
    const float* p = probs.values + t * experts;
    float* d = slope + t * experts;
    float total = 0;
    for (int64_t e = 0; e < experts; e++) {
      total += fractions[e] * p[e];
      d[e] = scale * share * fractions[e];
    }
    return scale * total;
  });
}

}  // namespace moekit
