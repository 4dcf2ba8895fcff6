export { diagnose } from './diagnose.js';
export type { Diagnosis } from './diagnose.js';
export type { Attempted } from './attempt.js';
export type { DoctorReport } from './examine.js';
export { EXPLAINED } from './explained-shape.js';
export type { Check, Verdict } from './verdict.js';
