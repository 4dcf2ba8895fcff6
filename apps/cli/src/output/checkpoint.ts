import { format } from '@moekit/bench';
import { isNonsense } from '@moekit/models';
import type { CheckpointManifest, TensorEntry } from '@moekit/models/node';
import Table from 'cli-table3';

import { DIVERGED } from './diverged.js';
import { oneLine, paint } from './paint.js';

/** The contents of a checkpoint; every byte of it was checked. */
export interface CheckpointContents {
  readonly path: string;
  readonly manifest: CheckpointManifest;
  readonly parameters: number;
  readonly tensors: readonly (Pick<TensorEntry, 'dtype' | 'shape'> & { readonly name: string })[];
}

/** A checkpoint as text: what it is of, how good it was, what is in it. */
export function renderCheckpoint(
  { path, manifest, parameters, tensors }: CheckpointContents,
  shown: { readonly tensors?: boolean },
): string {
  const { step, training, data, backend, versions, evaluation } = manifest;
  const facts = {
    step: `${step} of ${training['steps'] ?? '?'}`,
    holds: `${format.count(parameters)} parameters in ${weights(tensors)} tensors, with the optimiser's ${tensors.length} in ${format.mebibytes(manifest.tensors.bytes)} MiB`,
    ...configFacts(manifest.config),
    training: pairs(training),
    data: `${data.name}, sha256 ${data.hash.slice(0, 12)}`,
    backend,
    versions: pairs(versions),
    'held-out': evaluation
      ? `step ${evaluation.step}: ${pairs(evaluation.metrics)}`
      : 'not evaluated yet',
    ...(evaluation &&
      isNonsense(evaluation.metrics) && { diverged: DIVERGED.replace('diverged: ', '') }),
    intact: `sha256 ${manifest.tensors.sha256.slice(0, 12)}`,
  };
  const width = Math.max(...Object.keys(facts).map((name) => name.length));
  return [
    paint.bold(oneLine(path)),
    ...Object.entries(facts).map(
      ([name, text]) => `${paint.dim(oneLine(name).padEnd(width))}  ${oneLine(text)}`,
    ),
    ...(evaluation?.layers.length ? ['', routingTable(evaluation)] : []),
    ...(shown.tensors ? ['', tensorTable(tensors)] : []),
    '',
  ].join('\n');
}

/** From any program: objects become lists of key=value. */
function configFacts(config: CheckpointManifest['config']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      isObject(value) ? pairs(value) : String(value),
    ]),
  );
}

function routingTable({ layers }: NonNullable<CheckpointManifest['evaluation']>): string {
  const names = Object.keys(layers[0] ?? {});
  const table = plainTable(['MoE layer', ...names]);
  layers.forEach((layer, i) => {
    table.push([String(i), ...names.map((name) => (layer[name] ?? 0).toFixed(3))]);
  });
  return table.toString();
}

function tensorTable(tensors: CheckpointContents['tensors']): string {
  const table = plainTable(['tensor', 'type', 'shape']);
  for (const { name, dtype, shape } of tensors) table.push([name, dtype, `[${shape.join(', ')}]`]);
  return table.toString();
}

function pairs(values: Readonly<Record<string, unknown>>): string {
  const shown = (value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value)
      ? String(Number(value.toPrecision(6)))
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  return Object.entries(values)
    .map(([key, value]) => `${key}=${shown(value)}`)
    .join(', ');
}

const weights = (tensors: CheckpointContents['tensors']) =>
  tensors.filter(({ name }) => !name.startsWith('optimiser.')).length;
const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object';
const plainTable = (head: string[]) =>
  new Table({ head, style: { head: [], border: [], compact: true } });
