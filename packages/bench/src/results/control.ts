import type { Row } from './results-schema.js';

/** Whether a row is a control: it bounds the comparison and is no router to use (it says `reference: true`). */
export function isControl({ trials }: Pick<Row, 'trials'>): boolean {
  return trials.some(({ control }) => control === true);
}
