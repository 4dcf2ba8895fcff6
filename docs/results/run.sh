#!/bin/sh
# Runs every experiment, or those named, one after another, and keeps each one's results.json in docs/results: on one
# line, without examples, loads and curves, which make it ten times as long. `moekit report` reads it all the
# same. Started again, it resumes.
#   docs/results/run.sh                                  all of them, large preset
#   PRESET=quick docs/results/run.sh
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
: "${names:=null/modality xmoe/threshold-capacity null/frontier xmoe/dense-to-sparse xmoe/scaling xmoe/activation-sparsity null/polarisation xmoe/translation routers/balance-scope routers/testbed routers/zoo}"
for name in $names; do
  file=$(echo "$name" | tr / -)-${PRESET:-large}
  out=${OUT:-$root/moekit-results}/$file
  start=$(date +%s)
  node "$root/apps/cli/bin/moekit.js" sweep "$name" --preset "${PRESET:-large}" --backend "${BACKEND:-auto}" --resume --out "$out" "$@"
  echo "$name: exit code $?, $(($(date +%s) - start)) s"
  [ -f "$out/results.json" ] && node -e '
    const { readFileSync, writeFileSync } = require("node:fs");
    const [from, to] = process.argv.slice(1);
    const results = JSON.parse(readFileSync(from, "utf8"));
    delete results.sha256;
    for (const { trials } of results.rows)
      for (const trial of trials) {
        Object.assign(trial, { examples: [], loadHistory: [], trainingCurve: [] });
        delete trial.balanceCurve;
      }
    writeFileSync(to, JSON.stringify(results) + "\n");
  ' "$out/results.json" "$here/$file.json"
done
