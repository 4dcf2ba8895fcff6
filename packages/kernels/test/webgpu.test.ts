import { afterEach, beforeEach, describe, vi } from 'vitest';

import { watchDevice } from '../src/index.js';
import type { DeviceWatch } from '../src/index.js';
import { dispatchSuite } from './dispatch-suite.js';
import { selectionSuite } from './selection-suite.js';
import { useWebGpu } from '../src/testing/index.js';

const missing = await useWebGpu();
vi.setConfig({ testTimeout: 240_000 }); // a software adapter compiles a product's program for seconds

describe.skipIf(missing)(missing ? `webgpu (skipped: ${missing})` : 'webgpu', () => {
  let watch: DeviceWatch;
  beforeEach(() => {
    watch = watchDevice();
  });
  afterEach(async () => {
    watch.stop();
    await watch.check();
  });
  dispatchSuite({ numRuns: 10 });
  selectionSuite({ readsLogits: false });
});
