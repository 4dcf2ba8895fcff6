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



/// What becomes of one weight, or of a vector of them.
template <class T>
struct Stepped {
  T weight, first, second;
};

template <class T>
inline Stepped<T> step_once(T weight, T first, T second, T slope, const AdamWNumbers& n) {
  const T g = slope * n.gradient_scale;
  const T m = n.beta1 * first + (1 - n.beta1) * g;
  const T v = n.beta2 * second + (1 - n.beta2) * g * g;
  const T scale = square_root(v * n.second_correction) + n.epsilon;
  return {n.decay * weight - n.step_size * m / scale, m, v};
}

}  // namespace

void adamw(const AdamWState& state, const float* gradient, const AdamWNumbers& step, long size,
           const AdamWNext& next) {
  parallel_ranges(size, kPart, [&](long from, long to) {
    long i = from;
    for (; i + kLanes <= to; i += kLanes) {
      const Stepped<Vector> stepped =
          step_once(load(state.weight + i), load(state.first + i), load(state.second + i),
                    load(gradient + i), step);
      store(next.weight + i, stepped.weight);
      store(next.first + i, stepped.first);
      store(next.second + i, stepped.second);
    }
    for (; i < to; i++) {
      const Stepped<float> stepped =
          step_once(state.weight[i], state.first[i], state.second[i], gradient[i], step);
      next.weight[i] = stepped.weight;
      next.first[i] = stepped.first;
      next.second[i] = stepped.second;
    }
  });
}

void add(const float* a, const float* b, long size, float* out) {
  parallel_ranges(size, kPart, [&](long from, long to) {
    for (long i = from; i < to; i++) out[i] = a[i] + b[i];
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
