import { testProject } from '../../vitest.shared.js';

export default testProject('router-relu');
