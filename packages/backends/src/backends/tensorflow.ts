import { prepareTensorflow } from '@moekit/kernels/tensorflow';

import { gpuVisible } from '../tensorflow/gpu-visible.js';
import type { InstalledBackend } from '../tensorflow/list-installed.js';
import { loadTensorflow } from '../tensorflow/load.js';
import { setEnvironment } from '../tensorflow/set-environment.js';
import type { Backend, Finding } from './backend.js';

const RANK = { cuda: 0, cpu: 20 } as const;
const INSTALL = 'moekit backend install tensorflow (for CUDA: --gpu)';
const [STOCK_GPU, STOCK] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** TensorFlow on the CPU or on CUDA: the one that moekit installed, else npm's. */
export const tensorflow: Backend<'tensorflow'> = {
  name: 'tensorflow',
  find: ({ resolves, installed }) => {
    if (installed?.manifest) return findInstalled(installed);
    const module = [STOCK_GPU, STOCK].find(resolves) ?? null;
    const gpu = module === STOCK_GPU && gpuVisible();
    return {
      found: module !== null,
      usable: module !== null,
      module,
      reason: module ? `${module} is installed` : 'not installed',
      howToGet: module ? '' : INSTALL,
      rank: gpu ? RANK.cuda : RANK.cpu,
    };
  },
  describe: async (finding) => describeBuild(finding),
  load: async (finding) => {
    if (finding.installed) await loadTensorflow(finding.installed.dir);
    else await loadStock(finding.module!);
    return describeBuild(finding);
  },
};

function findInstalled(installed: InstalledBackend): Finding {
  const { tensorflow: version, device } = installed.manifest!;
  const cuda = device === 'gpu' && gpuVisible();
  const noGpu = device === 'gpu' && !cuda ? ', as no GPU is visible' : '';
  return {
    found: true,
    usable: true,
    module: null,
    installed,
    reason: `TensorFlow ${version} on ${cuda ? 'CUDA' : `the CPU${noGpu}`}`,
    howToGet: '',
    rank: cuda ? RANK.cuda : RANK.cpu,
  };
}

async function loadStock(module: string): Promise<void> {
  setEnvironment(process.env);
  await import(module);
  const { backend, ready, setBackend } = await import('@tensorflow/tfjs-core');
  if (await setBackend('tensorflow')) {
    await ready();
    prepareTensorflow(backend());
  }
}

/** TensorFlow's version and device, and on CUDA its precision. */
function describeBuild({ installed, reason }: Finding): Record<string, string> {
  const version = reason.replace(/^TensorFlow /, '');
  const tf32 = process.env['NVIDIA_TF32_OVERRIDE'] === '1' ? 'on' : 'off';
  return {
    ...(installed && { tensorflow: version }),
    ...((installed ? version.includes('CUDA') : reason.includes('node-gpu')) && { tf32 }),
  };
}
