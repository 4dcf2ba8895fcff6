import 'reflect-metadata';

export { bind, createTrialContainer } from './bind.js';
export { registerDefaults } from './defaults.js';
export type { DefaultsOptions } from './defaults.js';
export { resolveBinding, resolveLayer } from './resolve.js';
export { tokens } from './tokens.js';
export type { Bindings } from './tokens.js';
