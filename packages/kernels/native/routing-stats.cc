#include "routing-stats.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "threads.h"

namespace moekit {
namespace {

/// Tokens of one task, whose sums are added to the others' in their order.
constexpr int64_t kTokens = 64;

/// Keeps logarithms and quotients of nothing finite.
constexpr float kTiny = 1e-9f;

/// Places behind the counts by expert, in the order of the result.
enum {
  kPresent,
  kSelected,
  kDispatched,
  kNullSlots,
  kUnreached,
  kEntropy,
  kNullMass,
  kCopied,
  kPadded
};

float sum_of(const float* row, int64_t experts) {
  float total = 0;
  for (int64_t e = 0; e < experts; e++) total += row[e];
  return total;
}

/// In nats, of a row scaled to sum to 1.
float entropy_of(const float* row, int64_t experts) {
  const float total = std::max(sum_of(row, experts), kTiny);
  float entropy = 0;
  for (int64_t e = 0; e < experts; e++) {
    const float p = row[e] / total;
    entropy -= p * std::log(p + kTiny);
  }
  return entropy;
}

/// Adds one token to `loads` [E], `reached` [E] and `scalars`.
void count_token(const RoutedTokens& r, int64_t t, double* loads, double* reached,
                 double* scalars) {
  const int64_t at = t * r.experts;
  const float present = r.present ? r.present[t] : 1;
  for (int64_t e = 0; e < r.experts; e++) loads[e] += r.mask[at + e];
  const float pairs = sum_of(r.mask + at, r.experts);
  const int64_t place = int64_t(pairs);
  if (place >= 1 && place <= r.experts) reached[place - 1] += 1;
  scalars[kPresent] += present;
  scalars[kSelected] += sum_of((r.selected ? r.selected : r.mask) + at, r.experts);
  scalars[kDispatched] += pairs;
  scalars[kUnreached] += present - (pairs > 0 ? 1 : 0);
  if (present == 0) return;  // padding may hold anything: 0 times infinity is not 0
  scalars[kEntropy] += entropy_of(r.probs + at, r.experts) * present;
  if (r.null_slots) scalars[kNullSlots] += r.null_slots[t] * present;
  if (r.null_mass) scalars[kNullMass] += r.null_mass[t] * present;
  if (r.copied) {
    const float whole = r.copied[t] + sum_of(r.weights + at, r.experts);
    scalars[kCopied] += r.copied[t] / std::max(whole, kTiny) * present;
  }
}

}  // namespace

void routing_stats(const RoutedTokens& r, float capacity, float* out) {
  const int64_t numbers = 2 * r.experts + kRoutingScalars,
                tasks = (r.tokens + kTokens - 1) / kTokens;
  std::vector<double> parts(tasks * numbers), sums(numbers);
  parallel(tasks, [&](int64_t i) {
    double* own = parts.data() + i * numbers;
    for (int64_t t = i * kTokens; t < std::min(r.tokens, (i + 1) * kTokens); t++)
      count_token(r, t, own, own + r.experts, own + 2 * r.experts);
  });
  for (int64_t i = 0; i < tasks; i++)
    for (int64_t n = 0; n < numbers; n++) sums[n] += parts[i * numbers + n];
  double* scalars = sums.data() + 2 * r.experts;
  for (const int mean : {kEntropy, kNullMass, kCopied})
    scalars[mean] /= std::max(scalars[kPresent], 1.);
  scalars[kPadded] = capacity < 0 ? scalars[kDispatched] : double(capacity) * r.experts;
  for (int64_t n = 0; n < numbers; n++) out[n] = float(sums[n]);
}

}  // namespace moekit
