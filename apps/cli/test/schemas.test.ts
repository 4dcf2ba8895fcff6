import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { namedExperiments, presetOf, readExperiment, readRunSpec, setRun } from '@moekit/bench';
import { isMoekitError, parseOptions } from '@moekit/core';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fail } from '../src/errors.js';
import { configSchema } from '../src/config/config-schema.js';
import { builtInPlugins } from '../src/container.js';
import { makeSchemas } from '../src/schemas/make-schemas.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as object;

const schemas = makeSchemas();
const ajv = new Ajv({ strict: false, allErrors: true });
const compiled = {
  experiment: ajv.compile(schemas['experiment.json']!),
  run: ajv.compile(schemas['run.json']!),
  config: ajv.compile(schemas['config.json']!),
};
type Kind = keyof typeof compiled;

const registry = builtInPlugins();
const context = { registry };
const readAs = {
  experiment: (input: object) => readExperiment(input, { name: 'it' }, context),
  run: (input: object) => readRunSpec(setRun({ ...input }, []), { name: 'it' }, context),
  config: async (input: object) => {
    const config = parseOptions(configSchema, input, 'it');
    const code = Object.values({ ...config.routers, ...config.tasks }); // as readConfig does for JSON
    if (code.some((plugin) => typeof plugin !== 'string')) throw fail('CLI_CONFIG', { asked: 'code', fix: '' }); // prettier-ignore
  },
};

/** The mistakes that moekit finds in a document, a line for each. */
async function mistakesOf(kind: Kind, input: object): Promise<readonly string[]> {
  try {
    await readAs[kind](structuredClone(input));
    return [];
  } catch (error) {
    if (!isMoekitError(error)) throw error;
    return error.detail.mistakes ?? [error.message];
  }
}

/** Mistakes that JSON Schema cannot express: relations between values, and what is inside a text. */
const KNOWN_DIFFERENCES = [
  /cannot be a label/,
  /seeds must differ/,
  /must give each row a different label/,
  /The baseline of .* must be one of its rows/,
  /training\.microBatches of .* must divide training\.batchSize/,
  /training\.schedule of .* must fit its steps/,
  /expected a divisor of|expected at most maxDigits|as there are squares|each kind once/,
  /The task must be one of moekit's, a file or an installed package/,
  /A router must be written as name/,
  /^[\w[\].-]+ = .*: expected (a divisor|a whole number from|.* for this|.* when|.* unless)/,
];

it.each(Object.keys(schemas))('%s is what the generator makes', (file) => {
  expect(read(`apps/cli/schemas/${file}`)).toEqual(JSON.parse(JSON.stringify(schemas[file])));
});

it('the package ships them', () => {
  const { files, exports } = read('apps/cli/package.json') as { files: string[]; exports: object };
  expect(files).toContain('schemas');
  expect(exports).toHaveProperty('./schemas/*', './schemas/*');
});

describe('every shipped example fits its schema', () => {
  const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(experiment|sweep|run)\.json$/.test(file) && !file.includes('node_modules'))
    .map((file) => [file.endsWith('run.json') ? 'run' : 'experiment', `examples/${file}`] as const);
  it.each([
    ...examples,
    ['experiment', 'docs/results/quantile-64.json'],
    ['run', 'docs/results/digits.json'],
    ['run', 'docs/results/multi30k.json'],
    ['experiment', 'apps/cli/test/fixtures/sweep.json'],
    ['experiment', 'apps/cli/test/fixtures/tiny.json'],
    ['run', 'apps/cli/test/fixtures/tiny-train.json'],
  ] as const)('%s %s', (kind, file) => {
    expect([compiled[kind](read(file)), compiled[kind].errors]).toEqual([true, null]);
  });

  it.each(namedExperiments().map((named) => [named.name, named] as const))('%s', (_, named) => {
    for (const preset of ['quick', 'large'] as const) {
      const input = JSON.parse(JSON.stringify(presetOf(named, preset))) as object;
      expect([compiled.experiment(input), compiled.experiment.errors]).toEqual([true, null]);
    }
  });
});

/** Every place of a schema at which people write something. */
function fieldsOf(schema: unknown, path = ''): string[] {
  const {
    properties = {},
    items,
    anyOf = [],
  } = Object(schema) as {
    properties?: Record<string, object>;
    items?: object;
    anyOf?: readonly object[];
  };
  const own = Object.entries(properties).flatMap(([key, field]) => [
    ...('description' in field || '$ref' in field ? [] : [`${path}${key}`]),
    ...fieldsOf(field, `${path}${key}.`),
  ]);
  return [...own, ...[items ?? [], anyOf].flat().flatMap((part) => fieldsOf(part, path))];
}

it('every field has a description, which editors show', () => {
  for (const [file, schema] of Object.entries(schemas)) {
    const { definitions } = schema as { definitions: Record<string, object> };
    expect([file, fieldsOf(schema)]).toEqual([file, []]);
    for (const [name, part] of Object.entries(definitions)) {
      expect([name, fieldsOf(part)]).toEqual([name, []]);
    }
  }
});

it('a router has its own options in a row, and the task its own data', () => {
  const valid = (row: object, more: object = {}) =>
    compiled.experiment({ routers: [row], ...more });
  expect(valid({ router: 'topk', options: { k: 2 } })).toBe(true);
  expect(valid({ router: 'topk', options: { threshold: 0.5 } })).toBe(false);
  expect(valid({ router: 'threshold', options: { threshold: 0.5 } })).toBe(true);
  expect(valid({ router: './mine.ts', options: { anything: [1] } })).toBe(true);
  expect(valid({ router: 'topk', evaluateAs: [{ label: 'a', options: { kk: 1 } }] })).toBe(false);
  expect(valid({ router: 'dense', data: { canvas: 56 } })).toBe(false);
  expect(valid({ router: 'dense', data: { canvas: 56 } }, { task: 'vision-language' })).toBe(true);
  expect(compiled.run({ router: { router: 'topk', options: { kk: 1 } } })).toBe(false);
  expect(compiled.config({ defaults: { train: { training: { stepz: 1 } } } })).toBe(false);
});

const BASES: readonly (readonly [Kind, object])[] = [
  ['experiment', {}],
  [
    'experiment',
    {
      task: 'lm',
      data: { source: 'registers', maxBytes: 1000 },
      model: { modelWidth: 32, numHeads: 2 },
      training: { steps: 10, batchSize: 4, schedule: 'cosine' },
      routers: [
        'dense',
        { router: 'topk', options: { k: 2, capacityFactor: 1.25, priority: 'score' }, label: 'a' },
        { router: 'threshold', options: { threshold: 0.5 }, training: { steps: 5 }, group: 'g' },
        { router: 'null-expert', options: { density: 0.5 }, evaluateAs: [{ label: 'b', options: { density: 0.25 } }] }, // prettier-ignore
      ],
      seeds: [1, 2],
      backend: 'cpu',
    },
  ],
  ['experiment', { task: 'vision-language', data: { canvas: 56, patch: 14 }, model: { numLayers: 2 } }], // prettier-ignore
  ['experiment', { task: 'translation', data: { from: 'de', to: 'en' }, model: { beamSize: 2 } }],
  ['run', { router: { router: 'switch', options: { capacityFactor: 1.5 } }, seed: 3 }],
  ['run', { router: 'topk?k=2', training: { steps: 5, evaluateEvery: 1 }, experts: { init: 'copies' } }], // prettier-ignore
  ['config', { routers: { mine: './mine.ts' }, defaults: { backend: 'wasm', workers: 2 } }],
];

/** Values of every kind, so that each field meets what it takes and what it does not. */
const value = fc.oneof(
  fc.constantFrom(null, true, false, '', 'x', 'topk', 'bytes', 'wsd', [], {}, [1], ['a'], { k: 1 }),
  fc.constantFrom(0, 1, 2, 4, -1, 0.5, 1.5, 1e9, 2 ** 53, 1e300),
);

/** Paths to every value of a document. */
function pathsIn(
  document: unknown,
  path: readonly (string | number)[] = [],
): (string | number)[][] {
  if (typeof document !== 'object' || document === null) return [[...path]];
  const below = Object.entries(document).flatMap(([key, inner]) =>
    pathsIn(inner, [...path, Array.isArray(document) ? Number(key) : key]),
  );
  return path.length === 0 ? below : [[...path], ...below];
}

interface Change {
  readonly at: number;
  readonly kind: 'replace' | 'remove' | 'add' | 'misspell';
  readonly value: unknown;
}

function mutate(document: object, { at, kind, value: given }: Change): object {
  const copy = structuredClone(document) as Record<string, unknown>;
  const paths = pathsIn(copy);
  const path = paths[at % Math.max(1, paths.length)] ?? ['training'];
  const key = path.at(-1)!;
  const parent = path
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>(
      (inner, step) => inner[step] as Record<string | number, unknown>,
      copy,
    );
  if (kind === 'replace') parent[key] = given;
  if (kind === 'add' && !Array.isArray(parent)) parent['extra'] = given;
  if (kind === 'misspell' && !Array.isArray(parent)) parent[`${key}z`] = parent[key];
  if (kind === 'remove' && !Array.isArray(parent)) Reflect.deleteProperty(parent, key);
  return copy;
}

const change = fc.record({
  at: fc.nat(500),
  kind: fc.constantFrom('replace', 'replace', 'remove', 'add', 'misspell'),
  value,
}) as fc.Arbitrary<Change>;

it('agrees with moekit on documents that are right and wrong, but for what is listed', async () => {
  const seen = { right: 0, wrong: 0, apart: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...BASES),
      fc.array(change, { maxLength: 2 }),
      async ([kind, base], changes) => {
        const document = changes.reduce(mutate, base);
        const valid = compiled[kind](document);
        const mistakes = await mistakesOf(kind, document);
        if (valid === (mistakes.length === 0)) {
          seen[valid ? 'right' : 'wrong']++;
          return;
        }
        // a file may be stricter than its schema in what is listed, and nowhere the other way round
        const text = JSON.stringify(document);
        expect([text, valid, compiled[kind].errors]).toEqual([text, true, null]);
        const unknown = mistakes.filter((line) => !KNOWN_DIFFERENCES.some((known) => known.test(line))); // prettier-ignore
        expect([text, unknown]).toEqual([text, []]);
        seen.apart++;
      },
    ),
    { numRuns: 1500, seed: 17 },
  );
  expect(seen.right).toBeGreaterThan(100);
  expect(seen.wrong).toBeGreaterThan(300);
  expect(seen.apart).toBeLessThan(seen.wrong);
}, 60_000);
