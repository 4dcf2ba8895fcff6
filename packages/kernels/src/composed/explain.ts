import type { Explain } from '../explanation.js';
import { oneWay } from '../explanation.js';

export const explainComposed: Explain = () =>
  oneWay('composed of tfjs operations', 'there are no kernels for this backend');
