// The entry of one build of the operations (for one kind of processor), called once by the addon.
#include <string>

#include "build.h"
#include "operation.h"
#include "operations.h"
#include "simd.h"
#include "threads.h"

extern "C" moekit::Build moekit_register() {
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
