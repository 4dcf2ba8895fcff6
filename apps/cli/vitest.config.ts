import { mergeConfig } from 'vitest/config';

import { testProject } from '../../vitest.shared.js';

/** The end-to-end tests start the built program. */
export default mergeConfig(testProject('cli', { isolate: true }), {
  test: { globalSetup: ['./test/build.ts'] },
});
