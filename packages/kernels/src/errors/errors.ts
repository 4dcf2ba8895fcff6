/** All of errors that takes no tfjs: what a command line starts with. */
export { MoekitError, errorsOf, isMoekitError } from './error.js';
export type { ErrorDetail, ErrorTable } from './error.js';
export { joinErrors } from './join.js';
export { nearest } from './nearest.js';
