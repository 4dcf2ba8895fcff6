import { readFileSync } from 'node:fs';
import process from 'node:process';

// Vitest's JSON report, summed over all projects, as the one line that closes a run.
const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report;
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
).length;
const skipped = numPendingTests + numTodoTests;
process.stdout.write(
  `${numPassedTests} passed, ${numFailedTests + brokenFiles} failed, ${skipped} skipped\n`,
);
