import { describe, vi } from 'vitest';

import { dispatchSuite } from './dispatch-suite.js';
import { selectionSuite } from './selection-suite.js';
import { useWebGpu } from './webgpu-backend.js';

const missing = await useWebGpu();
vi.setConfig({ testTimeout: 240_000 }); // a software adapter compiles a product's program for seconds

describe.skipIf(missing)(missing ? `webgpu (skipped: ${missing})` : 'webgpu', () => {
  dispatchSuite({ numRuns: 10 });
  selectionSuite({ readsLogits: false });
});
