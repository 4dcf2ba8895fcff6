import { mergeConfig } from 'vitest/config';

import { testProject } from '../../vitest.shared.js';

/** The end-to-end tests run the built program, in processes of its own or in theirs. */
export default mergeConfig(testProject('cli', { isolate: true, built: true }), {
  test: { globalSetup: ['./test/build.ts'] },
});
