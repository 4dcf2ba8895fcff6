// Vectors as wide as those of the target processor (GCC and Clang vector extensions).
#pragma once
#include <cmath>
#include <cstring>

#if defined(__SSE__)
#include <immintrin.h>
#endif

namespace moekit {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr const char* kSimd = "avx512";
#elif defined(__AVX2__)
constexpr int kLanes = 8;
constexpr const char* kSimd = "avx2";
#else
constexpr int kLanes = 4;
constexpr const char* kSimd = "baseline";  // NEON on arm64, SSE on x86
#endif

typedef float Vector __attribute__((vector_size(4 * kLanes)));
typedef int IntVector __attribute__((vector_size(4 * kLanes)));

inline Vector load(const float* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

inline void store(float* to, Vector v) { std::memcpy(to, &v, sizeof v); }

/// Past the caches, for what nothing reads soon: the line is not fetched before it is written over.
/// @param to aligned to a vector
inline void store_past_caches(float* to, Vector v) {
#if defined(__AVX512F__)
  _mm512_stream_ps(to, v);
#elif defined(__AVX2__)
  _mm256_stream_ps(to, v);
#elif defined(__SSE__)
  _mm_stream_ps(to, v);
#else
  store(to, v);
#endif
}

/// Makes stores past the caches visible to other threads.
inline void end_stores_past_caches() {
#if defined(__SSE__)
  _mm_sfence();
#endif
}

/// Lane by lane, which the compiler makes one instruction of; a loop around it would stay scalar.
inline Vector square_root(Vector v) {
  for (int i = 0; i < kLanes; i++) v[i] = std::sqrt(v[i]);
  return v;
}

inline float square_root(float x) { return std::sqrt(x); }

/// Lanes added in a fixed order.
inline float sum(Vector v) {
  float total = 0;
  for (int i = 0; i < kLanes; i++) total += v[i];
  return total;
}

}  // namespace moekit
