import { env } from 'node:process';

import { defineConfig } from 'moekit/config';

import { trackerSink } from './tracker-sink.js';

const { TRACKER_URL } = env;

export default defineConfig({
  tasks: { sums: './sums.ts' },
  sinks: TRACKER_URL === undefined ? [] : [trackerSink(TRACKER_URL)],
  defaults: {
    backend: 'wasm',
    bench: { task: 'sums', routers: ['dense', 'switch', 'loss-free?k=1'], seeds: [1, 2, 3] },
    train: { task: 'sums', router: 'loss-free' },
  },
});
