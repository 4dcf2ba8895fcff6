import { testProject } from '../vitest.shared.js';

export default testProject('docs', { isolate: true });
