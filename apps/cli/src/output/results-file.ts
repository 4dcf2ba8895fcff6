import type { Results } from '@moekit/bench';

import { dropsRemark } from './drops.js';
import { plainStrings } from './plain-strings.js';
import { resultsTable } from './results-table.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

/** The comparison in a results.json, with the line that says why some rows have a second figure. */
export function renderResultsFile(heading: string, given: Results, columns: number): string {
  const results = plainStrings(given);
  const remarks = dropsRemark(results).map(plainLine);
  return [
    ...wrap([plainLine(heading)], columns),
    '',
    resultsTable(results, columns),
    ...(remarks.length > 0 ? ['', ...wrap(remarks, columns)] : []),
    '',
  ].join('\n');
}
