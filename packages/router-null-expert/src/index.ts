export type { GateNorm } from './gates.js';
export { nullExpertRouter, nullExpertRouter as default } from './null-expert-router.js';
export type { NullExpertInput, NullExpertOptions } from './options.js';
export { routeLogits } from './route-logits.js';
export type { NullExpertRule } from './rule.js';
export { nullExpertRouters } from './routers.js';
export { slotsOf } from './slots.js';
export type { Slots } from './slots.js';
