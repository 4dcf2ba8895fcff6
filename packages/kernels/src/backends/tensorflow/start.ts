export { prepareTensorflow } from './prepare.js';
export type { Mended } from './prepare.js';
