#include "training.h"

#include <cmath>
#include <vector>

#include "simd.h"
#include "threads.h"

namespace moekit {
namespace {

/// Numbers of one task.
constexpr long kPart = 32768;

double square_sum_of_part(const float* x, long size) {
  Vector sums[4] = {};
  long at = 0;
  for (; at + 4 * kLanes <= size; at += 4 * kLanes) {
    for (int v = 0; v < 4; v++) {
      const Vector values = load(x + at + v * kLanes);
      sums[v] += values * values;
    }
  }
  double total = sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; at < size; at++) total += double(x[at]) * x[at];
  return total;
}

}  // namespace

void adamw(const AdamWState& state, const float* gradient, const AdamWNumbers& step, long size,
           const AdamWNext& next) {
  const AdamWNumbers n = step;
  parallel_ranges(size, kPart, [&, n](long from, long to) {
    const float* __restrict weight = state.weight;
    const float* __restrict first = state.first;
    const float* __restrict second = state.second;
    const float* __restrict slope = gradient;
    float* __restrict next_weight = next.weight;
    float* __restrict next_first = next.first;
    float* __restrict next_second = next.second;
    for (long i = from; i < to; i++) {
      const float g = slope[i] * n.gradient_scale;
      const float m = n.beta1 * first[i] + (1 - n.beta1) * g;
      const float v = n.beta2 * second[i] + (1 - n.beta2) * g * g;
      next_first[i] = m;
      next_second[i] = v;
      next_weight[i] = n.decay * weight[i] -
                       n.step_size * m / (std::sqrt(v * n.second_correction) + n.epsilon);
    }
  });
}

float square_sum(const float* x, long size) {
  std::vector<double> parts((size + kPart - 1) / kPart);
  parallel_ranges(size, kPart, [&](long from, long to) {
    parts[from / kPart] = square_sum_of_part(x + from, to - from);
  });
  double total = 0;
  for (const double part : parts) total += part;
  return float(total);
}

}  // namespace moekit
