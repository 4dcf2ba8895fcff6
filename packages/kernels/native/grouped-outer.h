// out[e] = sum over rows s of e of x[row(s)]^T y[s]: the weights' gradient, rows gathered as they are read.
#pragma once
#include <cstdint>

namespace moekit {

struct GroupedOuter {
  const float* x;          // [T,A] or [S,A]
  const int64_t* x_rows;   // [S] row of x behind each routed row; null where they are the same
  const float* y;          // [S,B]
  const int64_t* offsets;  // [E+1]
  float* out;              // [E,A,B], exactly 0 for experts without rows
  int64_t experts, left, right;
};

void grouped_outer(const GroupedOuter& product);

/// The same by the calling thread alone, for what is a task already.
void outer_alone(const GroupedOuter& product);

}  // namespace moekit
