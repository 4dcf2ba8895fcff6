import type { Metric } from '@moekit/models';

import type { Question } from '../spec/question.js';

/** Unit of a question's figure, and which way is better where that is known. */
export function unitOf({ figure, minus, dropFree }: Question, metrics: readonly Metric[]) {
  const metric = figure === undefined ? metrics[0] : metrics.find(({ name }) => name === figure);
  const without = dropFree === true ? ', drop-free' : '';
  if (minus !== undefined) return { unit: metric?.unit ?? '', better: null };
  if (!metric)
    return { unit: figure!.startsWith('flops.') ? 'FLOPs/token' : figure!, better: null };
  return { unit: `${metric.unit}${without}`, better: metric.better };
}
