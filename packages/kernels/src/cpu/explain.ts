import type { Explain } from '../explanation.js';
import { oneWay } from '../explanation.js';

export const explainCpu: Explain = () => oneWay('row by row', 'the readable reference');
