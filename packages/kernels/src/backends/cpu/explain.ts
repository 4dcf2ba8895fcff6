import type { Explain } from '../contract/explanation.js';
import { oneWay } from '../contract/explanation.js';

export const explainCpu: Explain = () => oneWay('row by row', 'the readable reference');
