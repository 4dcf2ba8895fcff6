import { mergeConfig } from 'vitest/config';

import { testProject } from '../../vitest.shared.js';

/** The end-to-end tests start the built program. */
export default mergeConfig(testProject('cli'), { test: { globalSetup: ['./test/build.ts'] } });
