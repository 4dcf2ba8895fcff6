import { assertText } from '../plugins/assert-registry.js';
import { nearest } from '@moekit/kernels';

import { fail } from '../errors.js';
import type { NamedExperiment } from './named-experiment.js';
import { frontier } from './null/frontier.js';
import { modality } from './null/modality.js';
import { polarisation } from './null/polarisation.js';
import { balanceScope } from './routers/balance-scope.js';
import { testbed } from './routers/testbed.js';
import { zoo } from './routers/zoo.js';
import { activationSparsity } from './xmoe/activation-sparsity.js';
import { denseToSparse } from './xmoe/dense-to-sparse.js';
import { scaling } from './xmoe/scaling.js';
import { thresholdCapacity } from './xmoe/threshold-capacity.js';
import { translationExperiment } from './xmoe/translation.js';

/** The experiments that come with moekit, by the paper whose claim they test. */
export function namedExperiments(): readonly NamedExperiment[] {
  return [
    scaling,
    thresholdCapacity,
    denseToSparse,
    translationExperiment,
    activationSparsity,
    frontier,
    modality,
    polarisation,
    zoo,
    balanceScope,
    testbed,
  ];
}

/** @throws BENCH_EXPERIMENT_UNKNOWN */
export function findExperiment(name: string): NamedExperiment {
  assertText('findExperiment', 'name', name);
  const all = namedExperiments();
  const found = all.find((experiment) => experiment.name === name);
  if (found) return found;
  const names = all.map((experiment) => experiment.name);
  const near = nearest(name, names);
  throw fail('BENCH_EXPERIMENT_UNKNOWN', {
    asked:
      'A sweep needs the name of a built-in experiment, or a .json or .ts file that contains one',
    got: name,
    fix: `${near === undefined ? '' : `Did you mean ${near}? `}Built-in experiments are ${names.join(', ')}.`,
  });
}
