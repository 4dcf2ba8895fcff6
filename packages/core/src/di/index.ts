import 'reflect-metadata';

export { bind, createRunContainer } from './bind.js';
export { resolveBinding, resolveBindings, resolveLayer, resolveOptional } from './resolve.js';
export { createToken } from './token.js';
export type { Token } from './token.js';
export { tokens } from './tokens.js';
