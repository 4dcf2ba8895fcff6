// The entry of one build of the operations (for one kind of processor), called once by the addon.
#include <string>

#include "operation.h"
#include "operations.h"
#include "simd.h"
#include "threads.h"

/// What the addon learns of the build it loaded.
struct MoekitBuild {
  const char* simd;
  int threads;
  const char* error;  // null where all went well
};

extern "C" MoekitBuild moekit_register() {
  static std::string error;
  try {
    moekit::define_products();
    moekit::define_combine();
    moekit::define_training();
    moekit::define_heads();
    moekit::define_matmul();
    moekit::define_attention();
    moekit::define_routing();
    return {moekit::kSimd, moekit::threads(), nullptr};
  } catch (const moekit::Failure& failure) {
    error = failure.message;
    return {moekit::kSimd, 0, error.c_str()};
  }
}
