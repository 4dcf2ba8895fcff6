import { mergeConfig } from 'vitest/config';

import { testProject } from '../../vitest.shared.js';

/** The template is a package that works as it is: its own suite runs here too. */
export default mergeConfig(testProject('create-moekit'), {
  test: {
    include: ['template/test/**/*.test.ts'],
    globalSetup: ['./test/build.ts'],
  },
});
