#include "training.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "simd.h"
#include "threads.h"

namespace moekit {
namespace {

/// Numbers of one task.
constexpr int64_t kPart = 32768;

double square_sum_of_part(const float* x, int64_t size) {
  Vector sums[4] = {};
  int64_t at = 0;
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

/// AdamW of one weight, or of a vector of them.
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

void step_at(const AdamWStep& s, int64_t i) {
  const auto& [weight, first, second] = s.state;
  const Stepped<float> stepped =
      step_once(weight[i], first[i], second[i], s.gradient[i], s.numbers);
  s.next.weight[i] = stepped.weight;
  s.next.first[i] = stepped.first;
  s.next.second[i] = stepped.second;
}

bool is_aligned(const float* x) { return reinterpret_cast<uintptr_t>(x) % sizeof(Vector) == 0; }

/// Steps [from, to) of one weight tensor. Its moments are not read before the next step, when all weights and moments of a
/// large model have pushed them out of the caches.
void step_range(const AdamWStep& s, int64_t from, int64_t to) {
  const auto& [weight, first, second] = s.state;
  int64_t i = from;
  for (; i < to && !(is_aligned(s.next.first + i) && is_aligned(s.next.second + i)); i++)
    step_at(s, i);
  for (; i + kLanes <= to; i += kLanes) {
    const Stepped<Vector> stepped = step_once(load(weight + i), load(first + i), load(second + i),
                                              load(s.gradient + i), s.numbers);
    store(s.next.weight + i, stepped.weight);
    store_past_caches(s.next.first + i, stepped.first);
    store_past_caches(s.next.second + i, stepped.second);
  }
  end_stores_past_caches();
  for (; i < to; i++) step_at(s, i);
}

/// Part of one of several tensors.
struct Part {
  size_t tensor;
  int64_t from, to;
};

/// All tensors cut into parts of at most kPart numbers, in their order.
template <class Tensors>
std::vector<Part> parts_of(const Tensors& tensors) {
  std::vector<Part> parts;
  for (size_t t = 0; t < tensors.size(); t++)
    for (int64_t from = 0; from < tensors[t].size; from += kPart)
      parts.push_back({t, from, std::min(from + kPart, tensors[t].size)});
  return parts;
}

}  // namespace

void adamw(const std::vector<AdamWStep>& steps) {
  const std::vector<Part> parts = parts_of(steps);
  parallel(int64_t(parts.size()),
           [&](int64_t i) { step_range(steps[parts[i].tensor], parts[i].from, parts[i].to); });
}

void add(const float* a, const float* b, int64_t size, float* out) {
  parallel_ranges(size, kPart, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) out[i] = a[i] + b[i];
  });
}

float norm(const std::vector<Values>& all) {
  const std::vector<Part> parts = parts_of(all);
  std::vector<double> sums(parts.size());
  parallel(int64_t(parts.size()), [&](int64_t i) {
    const Part& part = parts[i];
    sums[i] = square_sum_of_part(all[part.tensor].values + part.from, part.to - part.from);
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return float(std::sqrt(total));
}

}  // namespace moekit
