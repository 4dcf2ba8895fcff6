// Mean negative log-likelihood of one target per row, with its gradient in the same pass.
#pragma once
#include <cstdint>

namespace moekit {

/// @returns mean_t (log sum_v exp z_tv - z_t[target]); slope [T,V] takes (softmax(z) - onehot) / T. Targets in [0, V).
float cross_entropy(const float* logits, const int32_t* targets, int64_t rows, int64_t width,
                    float* slope);

}  // namespace moekit
