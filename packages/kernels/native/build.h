// The types that cross dlopen between the addon and the build it loads: both sides include this file.
#pragma once

namespace moekit {

/// The addon's view of the build it loaded.
struct Build {
  const char* simd;
  int threads;
  const char* error;  // null where all went well
};

}  // namespace moekit

/// The entry of every build, found by its name.
extern "C" moekit::Build moekit_register();
