import type { TokenData } from '@moekit/models';
import { bigramReference, languageModelling } from '@moekit/models';

import { chooseBackend } from '../backend/choose-backend.js';
import type { BackendFinding } from '../backend/find-backends.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { Preamble } from '../results/collect.js';
import { readVersions } from '../doctor/versions.js';
import { checkRouters } from './check-routers.js';
import type { Experiment } from './config.js';
import { hashOf } from './hash.js';

/**
 * Everything that can be known, and everything that can be wrong, before the first trial: routers, options, text,
 * backend, and the bigram reference on the same split.
 * @throws the coded errors of each
 */
export async function prepareExperiment(
  experiment: Experiment,
  registry: PluginRegistry,
): Promise<Preamble> {
  const { routers, files } = await checkRouters(experiment, registry);
  const backend = chooseBackend(experiment.backend);
  const { tokens } = await languageModelling.load(experiment);
  const manifest = {
    experiment: { ...experiment, routers },
    configHash: hashOf(experiment),
    backend: backend.name,
    versions: { ...readVersions(), ...describeBackend(backend) },
    data: describeData(tokens),
    files,
  };
  return { manifest, reference: { name: 'bigram', ...bigramReference(tokens) } };
}

/** What a result depends on beyond the packages of npm. */
function describeBackend({ installed, reason }: BackendFinding): Record<string, string> {
  if (!installed) return {};
  const tensorflow = reason.replace(/^TensorFlow /, '');
  const tf32 = process.env['NVIDIA_TF32_OVERRIDE'] === '1' ? 'on' : 'off';
  return { tensorflow, ...(tensorflow.includes('CUDA') ? { tf32 } : {}) };
}

function describeData({ train, validation, ...data }: TokenData) {
  return { ...data, trainTokens: train.length, validationTokens: validation.length };
}
