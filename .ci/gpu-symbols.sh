#!/usr/bin/env bash
# Do the binding of an installed CPU backend and moekit's own operations resolve against the libraries of TensorFlow's GPU
# wheel? No GPU needed.
# usage: .ci/gpu-symbols.sh BACKEND_DIR TENSORFLOW_GPU_WHEEL
set -euo pipefail
backend=$(realpath "$1") wheel=$(realpath "$2")
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lib/napi-v8" "$work/deps/lib"
cp "$backend/node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node" "$work/lib/napi-v8/"
for library in libtensorflow_cc.so.2 libtensorflow_framework.so.2; do
  unzip -p "$wheel" "tensorflow/$library" >"$work/deps/lib/$library" 2>/dev/null ||
    python3 -c 'import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as source: shutil.copyfileobj(source, sys.stdout.buffer)' \
      "$wheel" "tensorflow/$library" >"$work/deps/lib/$library"
done
binding="$work/lib/napi-v8/tfjs_binding.node"

echo "libraries the dynamic linker takes:"
ldd "$binding" | grep -E 'tensorflow|not found' | sed "s|$work|BACKEND|"
undefined=$(ldd -r "$binding" 2>&1 | grep -E 'undefined symbol|not found|version' | grep -v 'undefined symbol: napi_' || true)
needed=$(nm -D --undefined-only "$binding" | grep -cE ' TFE?_')
echo "TensorFlow symbols the binding needs: $needed; unresolved besides Node's own napi_*: $(grep -c . <<<"$undefined" || true)"
echo "sonames: $(for library in "$work"/deps/lib/*; do readelf -d "$library" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'; done | tr '\n' ' ')"
echo "places the GPU build looks for CUDA, relative to its own folder:"
readelf -d "$work/deps/lib/libtensorflow_framework.so.2" | sed -n 's/.*RUNPATH.*\[\(.*\)\]/\1/p' | tr ':' '\n' | grep '^\$ORIGIN/\.\./nvidia' | sort -u
for operations in "$backend"/native/*.so; do
  [ -e "$operations" ] || continue
  missing=$(LD_LIBRARY_PATH="$work/deps/lib" ldd -r "$operations" 2>&1 | grep -E 'undefined symbol|not found' || true)
  echo "$(basename "$operations"): TensorFlow symbols $(nm -D --undefined-only "$operations" | grep -cE ' TFE?_'), unresolved $(grep -c . <<<"$missing" || true)"
  undefined+=$missing
done
[ -z "$undefined" ] || { echo "$undefined"; exit 1; }
