// y = gain x / sqrt(mean(x^2) + epsilon), row by row, and its gradients.
#pragma once
#include <cstdint>

namespace moekit {

struct Rows {
  int64_t count, width;
};

void rms_norm(const float* x, const float* gain, const Rows& rows, float epsilon, float* y);

/// dx = r (g dy - n mean(g dy n)), dg = sum over the rows, in their order, of dy n, with r = 1 / rms and n = x r.
void rms_norm_gradient(const float* dy, const float* x, const float* gain, const Rows& rows,
                       float epsilon, float* dx, float* dgain);

}  // namespace moekit
