// The work of a training step per weight, apart from products: the optimiser and the norm of the gradient.
#pragma once
#include <cstdint>
#include <vector>

namespace moekit {

/// One AdamW step in numbers, in the order of the operation's `step` input.
struct AdamWNumbers {
  float beta1, beta2, epsilon, step_size, second_correction, decay, gradient_scale;
};

struct AdamWState {
  const float *weight, *first, *second;
};

struct AdamWNext {
  float *weight, *first, *second;
};

/// One weight tensor's step.
struct AdamWStep {
  AdamWState state;
  const float* gradient;
  AdamWNumbers numbers;
  int64_t size;
  AdamWNext next;
};

/// m' = b1 m + (1-b1) g, v' = b2 v + (1-b2) g^2, w' = decay w - step_size m' / (sqrt(v' / (1-b2^t)) + eps)
void adamw(const std::vector<AdamWStep>& steps);

/// out = a + b
void add(const float* a, const float* b, int64_t size, float* out);

struct Values {
  const float* values;
  int64_t size;
};

/// Length of all values as one vector. Parts of a fixed size are summed in float64 order, whatever thread computes them.
float norm(const std::vector<Values>& all);

}  // namespace moekit
