import { testProject } from '../../vitest.shared.js';

/** Dawn may end a process in which a second suite starts it. */
export default testProject('kernels', { isolate: true });
