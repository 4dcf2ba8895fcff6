// Rows of experts back to tokens and the gradients of that, each sum in a fixed order.
#pragma once
#include <cstdint>

namespace moekit {

/// A plan's rows by token: rows of token t are token_rows[token_offsets[t] .. token_offsets[t + 1]], in expert order.
struct TokenRows {
  const int64_t* offsets;  // [T+1]
  const int64_t* rows;     // [S]
  const int64_t* experts;  // [S] expert of each row; null where nothing is weighted
  int64_t tokens, num_experts;
};

/// out[t] = sum of weights[t, expert(s)] y[s] over the rows s of t; weights of 1 where null. [S,D] -> [T,D]
void combine(const TokenRows& plan, const float* y, const float* weights, int64_t width,
             float* out);

/// out[s] = weights[token(s), expert(s)] d[token(s)]: [T,D] -> [S,D]
void spread(const TokenRows& plan, const float* d, const float* weights, int64_t width, float* out);

/// out[t, expert(s)] = <y[s], d[t]> for the rows s of t, 0 elsewhere: [T,E]
void pair_dots(const TokenRows& plan, const float* y, const float* d, int64_t width, float* out);

/// out[e] = sum of y[s] over the rows s of e, in token order: [S,D] -> [E,D]
void expert_sum(const int64_t* offsets, int64_t experts, const float* y, int64_t width, float* out);

}  // namespace moekit
