import { describeContinuation, format } from '@moekit/bench';
import { ROUTING_FIGURES } from '@moekit/core';
import { isNonsense } from '@moekit/models';
import type { CheckpointManifest, TensorEntry } from '@moekit/models/node';

import { DIVERGED } from './diverged.js';
import { facts } from './facts.js';
import { paint } from './paint.js';
import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

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
  shown: { readonly tensors?: boolean | undefined },
  columns: number,
): string {
  const { step, training, data, backend, versions, evaluation } = manifest;
  const known = {
    step: `${step} of ${training['steps'] ?? '?'}`,
    ...historyFacts(manifest),
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
  return [
    ...wrap([plainLine(path)], columns).map(paint.bold),
    ...facts(known, columns),
    ...(evaluation?.layers.length ? ['', routingTable(evaluation, columns)] : []),
    ...(shown.tensors ? ['', tensorTable(tensors, columns)] : []),
    '',
  ].join('\n');
}

function historyFacts({ history = [] }: CheckpointManifest): Record<string, string> {
  return history.length > 0 ? { history: history.map(describeContinuation).join(' | ') } : {};
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

/** Figures of routing by how much they say, in the words of their list; an older checkpoint may have others. */
const IMPORTANCE: readonly string[] = [
  ROUTING_FIGURES.expertsPerToken.label,
  ROUTING_FIGURES.droppedShare.label,
  ROUTING_FIGURES.maxViolation.label,
  ROUTING_FIGURES.nullShare.label,
];

function routingTable(
  { layers }: NonNullable<CheckpointManifest['evaluation']>,
  columns: number,
): string {
  const names = Object.keys(layers[0] ?? {});
  const figures = names.map((name): Column<number> => {
    const place = IMPORTANCE.indexOf(name);
    return {
      head: name,
      align: 'right',
      importance: place === -1 ? IMPORTANCE.length : place,
      cell: (layer) => (layers[layer]![name] ?? 0).toFixed(3),
    };
  });
  const layer: Column<number> = { head: 'MoE layer', importance: 0, cell: String };
  return renderTable([...layers.keys()], [layer, ...figures], { columns });
}

type Tensor = CheckpointContents['tensors'][number];

const TENSOR_COLUMNS: readonly Column<Tensor>[] = [
  { head: 'tensor', importance: 0, least: 24, cell: ({ name }) => name },
  { head: 'type', importance: 1, cell: ({ dtype }) => dtype },
  { head: 'shape', importance: 0, cell: ({ shape }) => `[${shape.join(', ')}]` },
];

function tensorTable(tensors: CheckpointContents['tensors'], columns: number): string {
  return renderTable(tensors, TENSOR_COLUMNS, { columns });
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
