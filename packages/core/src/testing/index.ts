export type { RouterCheck } from './checks/check.js';
export { routerChecks } from './checks/table.js';
export type { RouterCheckName } from './checks/table.js';
export type { Subject } from './subject.js';
export { testRouter } from './test-router.js';
export type { RouterTestSettings } from './test-router.js';
export { useBackend } from './use-backend.js';
export { ContractViolation } from './violation.js';
