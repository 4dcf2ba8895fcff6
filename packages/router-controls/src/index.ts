export { frozenRandomRouter } from './frozen-random-router.js';
export type { FrozenRandomInput, FrozenRandomOptions } from './frozen-random-router.js';
export { hashRouter } from './hash-router.js';
export type { HashInput, HashOptions } from './hash-router.js';
export { oracleRouter } from './oracle-router.js';
export type { OracleInput, OracleOptions } from './oracle-router.js';
export { controlRouters } from './routers.js';
export { uniformRouter } from './uniform-router.js';
export type { UniformInput, UniformOptions } from './uniform-router.js';
