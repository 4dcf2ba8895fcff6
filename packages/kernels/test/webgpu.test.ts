import { describe } from 'vitest';

import { dispatchSuite } from './dispatch-suite.js';
import { selectionSuite } from './selection-suite.js';
import { useWebGpu } from './webgpu-backend.js';

const missing = await useWebGpu();

describe.skipIf(missing)(missing ? `webgpu (skipped: ${missing})` : 'webgpu', () => {
  dispatchSuite({ numRuns: 10 });
  selectionSuite({ readsLogits: false });
});
