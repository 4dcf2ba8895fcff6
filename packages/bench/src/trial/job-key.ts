import { hashOf } from '../spec/hash.js';
import type { Manifest } from '../results/results-schema.js';
import type { Job } from './messages.js';

/**
 * The sha256 of everything that decides a trial: task, data, model, training, its row and seed, backend, versions, and the bytes of
 * its data and of its router's and its task's code.
 * Equal keys are equal trials, whatever experiment they belong to and whatever its other rows are.
 */
export function jobKey(job: Job, { versions }: Pick<Manifest, 'versions'>): string {
  const { entry, seed, backend, experiment, identity } = job;
  const { task, data, model, training, expertParameters, activations, seeds } = experiment;
  const settings = { task, data, model, training, expertParameters, activations };
  const examples = seed === seeds[0];
  return hashOf({ settings, entry, seed, examples, backend, versions, identity });
}
