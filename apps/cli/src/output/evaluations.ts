import { format } from '@moekit/bench';
import { ROUTING_FIGURES } from '@moekit/core';
import type { Evaluation, Metric } from '@moekit/models';
import { isNonsense } from '@moekit/models';
import Table from 'cli-table3';

import { DIVERGED } from './diverged.js';
import { paint } from './paint.js';

/** The figures of routing that differ between settings. */
const { expertsPerToken, droppedShare, nullShare } = ROUTING_FIGURES;
const ROUTING = [expertsPerToken, droppedShare, nullShare] as const;

/** A checkpoint under one setting of its router's options. */
export interface EvaluatedSetting {
  /** The differences to training. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly limited: Evaluation['limited'];
  readonly dropFree: Evaluation['dropFree'];
  readonly targets: number;
  readonly forwardFlopsPerToken: Readonly<Record<string, number>>;
  /** One per MoE layer, in depth order. */
  readonly layers: readonly Readonly<Record<string, number>>[];
  /** Figures that take more than forward passes; with --measure, where the task has any. */
  readonly measured?: Readonly<Record<string, number>>;
}

interface Evaluations {
  readonly checkpoint: string;
  readonly step: number;
  readonly task: string;
  readonly backend: string;
  readonly rows: readonly EvaluatedSetting[];
}

/** One row per setting: quality, compute, routing (means over the MoE layers). */
export function renderEvaluations(
  { checkpoint, step, task, backend, rows }: Evaluations,
  metrics: readonly Metric[],
): string {
  const measured = Object.keys(rows[0]?.measured ?? {});
  const [main] = metrics as [Metric];
  const table = new Table({
    head: [
      'router options',
      ...metrics.map(({ name }) => name),
      `${main.name}\nno capacity`,
      'FLOPs\n/token',
      ...ROUTING.map(({ column }) => column.replace(' / ', '\n/')),
      ...measured,
    ],
    colAligns: ['left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { set, limited, dropFree, forwardFlopsPerToken, layers, ...row } of rows) {
    const routing = ({ label, format: kind }: (typeof ROUTING)[number]) =>
      layers.length === 0 ? '–' : format[kind](mean(layers.map((layer) => layer[label] ?? 0)));
    table.push([
      settingName(set),
      ...metrics.map(({ name }) => figure(limited[name])),
      figure(dropFree[main.name]),
      format.count(forwardFlopsPerToken['total'] ?? 0),
      ...ROUTING.map(routing),
      ...measured.map((name) => figure(row.measured?.[name])),
    ]);
  }
  const heading = `${checkpoint}: ${task}, step ${step}, backend ${backend}`;
  const diverged = rows.some(({ limited }) => isNonsense(limited));
  return `${paint.bold(heading)}\n${table.toString()}\n${diverged ? `${paint.red(DIVERGED)}\n` : ''}`;
}

function settingName(set: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(set).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return given.length === 0 ? 'as trained' : given.join(', ');
}

const figure = (value: number | undefined) => value?.toFixed(4) ?? '–';
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
