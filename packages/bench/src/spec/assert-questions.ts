import { nearest } from '@moekit/kernels';

import { fail } from '../errors.js';
import type { Experiment } from './config.js';
import { isLabelled, labelsOf } from './label.js';

/** Questions are about rows of the experiment, and have names of their own. @throws BENCH_CONFIG with every unknown row */
export function assertQuestions({ routers, questions = [] }: Experiment, from: string): void {
  const labels = routers.flatMap(labelsOf);
  const isRow = (asked: string) => labels.some((label) => isLabelled(label, asked));
  const unknown = questions.flatMap(({ name, rows }) =>
    Object.keys(rows)
      .filter((label) => !isRow(label))
      .map((label) => ({ name, label, near: nearest(label, labels) })),
  );
  if (unknown.length > 0)
    throw fail('BENCH_CONFIG', {
      asked: `The questions of ${from} must be about its rows`,
      got: unknown.map(({ name, label }) => `${label} in the question "${name}"`).join('; '),
      fix: `${unknown.flatMap(({ near }) => (near === undefined ? [] : [`Did you mean ${near}? `])).join('')}The rows are ${labels.join(', ')}.`,
    });
  const names = questions.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw fail('BENCH_CONFIG', {
      asked: `The questions of ${from} must have different names`,
      got: `"${twice}" twice`,
      fix: 'Rename one of them.',
    });
}
