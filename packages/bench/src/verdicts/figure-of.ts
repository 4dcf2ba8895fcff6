import type { Trial } from '../results/trial-schema.js';
import { metricOf } from '../results/summarise-row.js';
import type { Question } from '../spec/question.js';
import { meanOf } from '../statistics/summary.js';

/** The number that a question takes from a trial; undefined where the trial has none. @param metric the task's first */
export function figureOf(
  { figure, minus, dropFree = false }: Pick<Question, 'figure' | 'minus' | 'dropFree'>,
  metric: string,
): (trial: Trial) => number | undefined {
  const value = named(figure ?? metric, dropFree);
  if (minus === undefined) return value;
  const other = named(minus, dropFree);
  return (trial) => {
    const [a, b] = [value(trial), other(trial)];
    return a === undefined || b === undefined ? undefined : a - b;
  };
}

function named(name: string, dropFree: boolean): (trial: Trial) => number | undefined {
  const part = name.slice(name.indexOf('.') + 1);
  if (name.startsWith('layers.')) return (trial) => layerMean(trial, part);
  if (name.startsWith('flops.'))
    return ({ flops }) => (flops.evaluation as Readonly<Record<string, number>>)[part];
  return (trial) => (dropFree ? trial.dropFree[name] : metricOf(trial, name));
}

/** Mean over the MoE layers that have the figure. */
function layerMean({ layers }: Trial, name: string): number | undefined {
  const values = layers.flatMap((layer) => {
    const value = (layer as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'number' ? [value] : [];
  });
  return values.length === 0 ? undefined : meanOf(values);
}
