import '@tensorflow/tfjs-backend-cpu';
import { getBackend } from '@tensorflow/tfjs-core';

import { registerKernels } from '../src/backends/register.js';

const before = getBackend() ?? null;
registerKernels();
console.log(JSON.stringify([before, getBackend()]));
