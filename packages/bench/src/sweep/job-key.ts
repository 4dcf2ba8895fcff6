import { hashOf } from '../experiment/hash.js';
import type { Manifest } from '../results/results-schema.js';
import type { Job } from '../trial/messages.js';

/**
 * What decides a trial, as a sha256: task, data, model, training, its row and seed, backend, versions and router files.
 * Equal keys are equal trials, whatever experiment they belong to and whatever its other rows are.
 */
export function jobKey({ entry, seed, backend, experiment }: Job, manifest: Manifest): string {
  const { task, data, model, training, expertParameters, activations, seeds } = experiment;
  const settings = { task, data, model, training, expertParameters, activations };
  const examples = seed === seeds[0];
  const { versions, files, data: from } = manifest;
  return hashOf({ settings, entry, seed, examples, backend, versions, files, source: from.hash });
}
