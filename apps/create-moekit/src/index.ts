export { createRouterPackage } from './create-router-package.js';
export type { CreatedPackage } from './create-router-package.js';
export { createErrors } from './errors.js';
export { nextSteps } from './next-steps.js';
