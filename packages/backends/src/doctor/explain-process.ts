import { dispatchPlan, explainPlan, registerKernels } from '@moekit/kernels';
import { tensor2d } from '@tensorflow/tfjs-core';

import { startBackend } from '../start/start-backend.js';
import { EXPLAINED } from './explained-shape.js';

/** Run by `explainKernels` in a process of its own: starts the backend it is given and prints what its kernels take. */
await startBackend(process.argv[2]!);
registerKernels();
const { tokens, numExperts, k, ...widths } = EXPLAINED;
const mask = Float32Array.from({ length: tokens * numExperts }, (_, pair) => {
  const [token, expert] = [Math.floor(pair / numExperts), pair % numExperts];
  return Number((expert - token * k + tokens * numExperts) % numExperts < k); // every expert as often as any other
});
const plan = dispatchPlan(tensor2d(mask, [tokens, numExperts]), { maxRows: tokens * k });
process.stdout.write(`${JSON.stringify(explainPlan(plan, widths))}\n`);
