export { installTensorflow } from './install.js';
export type { Installed, InstallOptions } from './install.js';
export { findInstalled, listBackends } from './list-backends.js';
export { removeBackend } from './remove.js';
export { isVersion } from './target.js';
export { verify } from './verify.js';
export type { VerifyOptions } from './verify.js';
