// Auxiliary router losses, each with its gradient in the same pass.
#pragma once
#include <cstdint>

namespace moekit {

struct RouterRows {
  const float* values;   // [T,E]
  const float* present;  // [T] weight of each token in the mean; null where all count as much
  int64_t tokens, experts;
};

/// @returns mean_t (log sum_e exp z_te)^2; slope [T,E] takes its gradient
float z_loss(const RouterRows& logits, float* slope);

/// @returns scale sum_e f_e mean_t p_te; slope [T,E] takes its gradient by p
float balance_loss(const RouterRows& probs, const float* fractions, float scale, float* slope);

}  // namespace moekit
