#!/bin/sh
# Runs the large preset of every experiment, or of those named, one after another, and keeps each one's results.json
# (on one line, without white space) in docs/results. Started again it goes on where it was.
#   docs/results/run.sh                                  all eight
#   BACKEND=tensorflow docs/results/run.sh null/modality
#   docs/results/run.sh xmoe/scaling --set training.steps=200
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
names=''
while [ $# -gt 0 ]; do
  case $1 in
    --*) break ;;
    *) names="$names $1"; shift ;;
  esac
done
: "${names:=null/modality xmoe/threshold-capacity null/frontier xmoe/dense-to-sparse xmoe/scaling xmoe/activation-sparsity null/polarisation xmoe/translation}"
for name in $names; do
  file=$(echo "$name" | tr / -)
  out=${OUT:-$root/moekit-results}/$file-large
  start=$(date +%s)
  node "$root/apps/cli/bin/moekit.js" sweep "$name" --preset large --backend "${BACKEND:-auto}" --resume --out "$out" "$@"
  echo "$name: exit code $?, $(($(date +%s) - start)) s"
  [ -f "$out/results.json" ] && node -e '
    const { readFileSync, writeFileSync } = require("node:fs");
    const [from, to] = process.argv.slice(1);
    writeFileSync(to, JSON.stringify(JSON.parse(readFileSync(from, "utf8"))) + "\n");
  ' "$out/results.json" "$here/$file.json"
done
