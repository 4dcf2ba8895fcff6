// Statistics of a routing, summed over its tokens.
#pragma once
#include <cstdint>

namespace moekit {

struct RoutedTokens {
  const float *mask, *probs;  // [T,E]
  // Null where not given; what is copied needs the weights.
  const float *weights, *selected;                         // [T,E]
  const float *present, *null_slots, *null_mass, *copied;  // [T]
  int64_t tokens, experts;
};

/// Numbers that follow the two counts by expert.
constexpr int64_t kRoutingScalars = 9;

/// out [2E + 9]: rows of each expert; tokens that reached exactly 1 ... E experts; then tokens present, pairs selected, pairs
/// dispatched, null slots, present tokens that reached none. Then the means over present tokens of the entropy, of null_mass
/// and of copied / (copied + sum of weights); last the pairs of a capacity, or those dispatched where it is negative.
void routing_stats(const RoutedTokens& routed, float capacity, float* out);

}  // namespace moekit
