import type { Explain } from '../contract/explanation.js';
import { oneWay } from '../contract/explanation.js';

export const explainComposed: Explain = () =>
  oneWay('composed of tfjs operations', 'there are no kernels for this backend');
