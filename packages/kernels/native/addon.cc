// What Node loads: picks the build that this processor runs, and lets it register its operations with the TensorFlow
// of this process. Compiled for every processor of its kind, unlike the builds. Node-API is declared by hand, since
// Node's headers are not everywhere and these five functions never change.
#include <dlfcn.h>

#include <string>

#include "build.h"

extern "C" {
typedef struct napi_env__* napi_env;
typedef struct napi_value__* napi_value;
int napi_create_string_utf8(napi_env, const char*, size_t, napi_value*);
int napi_create_int32(napi_env, int, napi_value*);
int napi_set_named_property(napi_env, napi_value, const char*, napi_value);
int napi_throw_error(napi_env, const char* code, const char* message);
}

namespace {

using moekit::Build;

const char* best_simd() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma")) return "avx512";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "avx2";
#endif
  return "baseline";
}

std::string own_folder() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void*>(&best_simd), &info)) return ".";
  const std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/'));
}

/// Registers once for a process: a second worker thread of Node finds what the first one made.
Build build() {
  const std::string file = own_folder() + "/moekit-" + best_simd() + ".so";
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return {best_simd(), 0, dlerror()};
  auto* entry = reinterpret_cast<decltype(&moekit_register)>(dlsym(library, "moekit_register"));
  return entry ? entry() : Build{best_simd(), 0, "no entry"};
}

}  // namespace

extern "C" __attribute__((visibility("default"))) napi_value
napi_register_module_v1(napi_env env, napi_value exports) {
  static const Build made = build();
  if (made.error) {
    napi_throw_error(env, nullptr, made.error);
    return exports;
  }
  napi_value simd, threads;
  napi_create_string_utf8(env, made.simd, size_t(-1), &simd);
  napi_create_int32(env, made.threads, &threads);
  napi_set_named_property(env, exports, "simd", simd);
  napi_set_named_property(env, exports, "threads", threads);
  return exports;
}
