# Source this: a software Vulkan driver (SwiftShader, from Debian's chromium) for the WebGPU tests under Node.
# Where it cannot be installed the tests skip themselves and say so; where it is there MOEKIT_WEBGPU=required makes a
# test that finds no adapter fail.
if [ -z "${VK_ICD_FILENAMES:-}" ]; then
  if ! dpkg -s chromium libvulkan1 >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    { apt-get update -qq && apt-get install -y -qq chromium libvulkan1; } >/dev/null 2>&1 || true
  fi
  moekit_icd="$(dpkg -L chromium chromium-common 2>/dev/null | grep -m1 'vk_swiftshader_icd[.]json$' || true)"
  if [ -n "$moekit_icd" ]; then
    export VK_ICD_FILENAMES="$moekit_icd" MOEKIT_WEBGPU=required
  fi
  unset moekit_icd
fi
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
  XDG_RUNTIME_DIR="$(mktemp -d)"
  export XDG_RUNTIME_DIR
fi
