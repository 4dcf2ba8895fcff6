import { layerMean } from '../papers/findings.js';
import type { Trial, TrialLayer } from '../results/trial-schema.js';
import { metricOf } from '../results/summarise-row.js';
import type { Question } from '../spec/question.js';

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
  if (name.startsWith('layers.'))
    return (trial) => layerMean(trial, (layer) => numberOf(layer, part));
  if (name.startsWith('flops.'))
    return ({ flops }) => (flops.evaluation as Readonly<Record<string, number>>)[part];
  return (trial) => (dropFree ? trial.dropFree[name] : metricOf(trial, name));
}

function numberOf(layer: TrialLayer, name: string): number | null {
  const value = (layer as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'number' ? value : null;
}
