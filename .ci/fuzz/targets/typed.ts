import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { readSpec } from '../../../apps/cli/src/training/read-spec.js';
import { loadConfig } from '../../../packages/bench/src/spec/load-config.js';
import { parseExperiment } from '../../../packages/bench/src/spec/parse-experiment.js';
import { registryOf } from '../../../packages/bench/src/plugins/registry.js';
import { parseRouter } from '../../../packages/bench/src/spec/parse-router.js';
import type { Target } from '../target.js';
import { must } from '../target.js';

const specs = [
  ...['threshold', 'topk?k=2', 'threshold?threshold=0.5&capacityFactor=2', './routers.ts#mine?k=2'],
  ...['@scope/router?name=%23a&list=[1,2]&deep={"a":{"b":null}}', 'a#b?c="d"'],
];

/** Written again from what was read, a router is read as the same. */
const router: Target = {
  name: 'router',
  form: 'bytes',
  seeds: () => specs.map((text) => Buffer.from(text)),
  read(input) {
    const text = input.toString();
    const entry = parseRouter(text);
    const query = Object.entries(entry.options).map(
      ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(JSON.stringify(value))}`,
    );
    const written = [entry.router, ...(query.length > 0 ? [query.join('&')] : [])].join('?');
    must(isDeepStrictEqual(parseRouter(written), entry), 'it is not what it says');
    const given = (text.split('?')[1] ?? '').split('&').filter((pair) => pair !== '').length;
    must(given === query.length, `of ${given} options it has ${query.length}`);
  },
};

const experiment = {
  name: 'one',
  task: 'lm',
  data: { source: 'tiny-shakespeare', maxBytes: 10000 },
  model: { contextLength: 8, modelWidth: 16, numLayers: 2, numHeads: 2 },
  training: { steps: 4, batchSize: 2, warmupSteps: 1, evaluations: 1, learningRate: 0.001 },
  expertParameters: 4,
  baseline: 'dense',
  routers: [
    'dense',
    { router: 'topk', options: { k: 2 }, label: 'two', experts: { numExperts: 4 } },
  ],
  seeds: [1, 2],
  backend: 'cpu',
};

/** Accepted input is complete: no key is dropped on the way. */
const config: Target = {
  name: 'configuration',
  form: 'json',
  seeds: () => [Buffer.from(JSON.stringify(experiment))],
  async read(input, folder) {
    writeFileSync(join(folder, 'config.json'), input);
    const { config: loaded } = await loadConfig('config.json', folder);
    const parsed = parseExperiment(loaded);
    must(
      isDeepStrictEqual(parseExperiment(JSON.parse(JSON.stringify(parsed))), parsed),
      'read again it differs',
    );
    must(
      lacking(withoutRouters(loaded), parsed).length === 0,
      `it lost ${lacking(withoutRouters(loaded), parsed).join()}`,
    );
    must(finite(parsed), 'a figure is not finite');
  },
};

const run: Target = {
  name: 'configuration of a run',
  form: 'json',
  seeds: () => {
    const { routers: _, seeds: __, baseline: ___, name: ____, ...rest } = experiment;
    const training = { steps: 4, batchSize: 2, warmupSteps: 1, learningRate: 0.001 };
    return [Buffer.from(JSON.stringify({ ...rest, training, router: 'topk?k=2', seed: 3 }))];
  },
  async read(input, folder) {
    const path = join(folder, 'run.json');
    writeFileSync(path, input);
    const parsed = await readSpec({ config: path }, { registry: registryOf([]) });
    must(finite(parsed), 'a figure is not finite');
    must(
      Number.isSafeInteger(parsed.training.steps) && parsed.training.steps > 0,
      'it has no steps',
    );
  },
};

function withoutRouters(value: Record<string, unknown>): Record<string, unknown> {
  const { routers: _, ...rest } = value;
  return rest;
}

/** Paths that are in the one and not in the other. */
function lacking(given: unknown, kept: unknown, path = ''): string[] {
  if (given === null || typeof given !== 'object') return [];
  return Object.entries(given).flatMap(([key, value]) => {
    const at = `${path}.${key}`;
    const has = kept !== null && typeof kept === 'object' && Object.hasOwn(kept, key);
    return has ? lacking(value, (kept as Record<string, unknown>)[key], at) : [at];
  });
}

function finite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value !== 'object' || Object.values(value).every(finite);
}

export const typed = [router, config, run];
