// out[s] = act(x[row(s)] w[expert(s)] + bias[expert(s)]): only routed rows, gathered as they are read.
#pragma once
#include <cstdint>

#include "tile.h"

namespace moekit {

struct GroupedProduct {
  const float* x;       // [T,K]
  const int64_t* rows;  // [S] row of x behind each row of the result; null where they are the same
  const int64_t* offsets;  // [E+1] first row of each expert
  const float* w;          // [E,K,N], or [E,N,K] where transposed
  const float* bias;       // [E,N] or null
  float* out;              // [S,N]
  int64_t experts, inner, outer;
  bool transposed;
  Activation activation;
};

void grouped_product(const GroupedProduct& product);

/// The same by the calling thread alone, for what is a task already.
void product_alone(const GroupedProduct& product);

}  // namespace moekit
