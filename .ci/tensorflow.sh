#!/usr/bin/env bash
# The TensorFlow backend as users get it: installs it, smoke-tests it under Node 20, 22 and 24, runs every suite of
# kernels, core, routers and models on it, and compares a short training run with wasm's.
# usage: .ci/tensorflow.sh [WHEEL]   with MOEKIT_HOME for a place that outlasts the run
set -euo pipefail
cd "$(dirname "$0")/.."
export MOEKIT_HOME="${MOEKIT_HOME:-$PWD/.ci/out/moekit}"
moekit() { node apps/cli/bin/moekit.js "$@"; }

moekit backend install tensorflow ${1:+--wheel "$1"}
moekit backend verify --json | grep -q '"native":"' # the compiler is there, so they must be too
dir=$(moekit backend list --json | node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0, "utf8"))[0].dir)')

for major in 20 22 24; do
  npx -y "node@$major" apps/cli/bin/moekit.js backend verify
done

MOEKIT_TEST_BACKEND_DIR="$dir" MOEKIT_TEST_BACKEND=tensorflow MOEKIT_TEST_RESULTS="${MOEKIT_TENSORFLOW_RESULTS:-}" \
  npx vitest run --project kernels --project core --project 'router-*' --project models
# The kernels again as they are where moekit's own operations could not be built.
MOEKIT_NATIVE=off MOEKIT_TEST_BACKEND_DIR="$dir" MOEKIT_TEST_BACKEND=tensorflow npx vitest run --project kernels tensorflow
node .ci/compare-backends.mjs
