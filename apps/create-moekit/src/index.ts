export { createRouterPackage } from './create-router-package.js';
export type { CreatedPackage } from './create-router-package.js';
export { CreateError, createErrors } from './errors.js';
export { nextSteps } from './next-steps.js';
export { runCreate } from './run-create.js';
