import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';

// Vitest's JSON reports, summed over all projects and runs, as the one line that closes a run.
// The failures are named before it, so that the end of a log suffices.
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
for (const file of process.argv.slice(2).filter((name) => existsSync(name))) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const failed = report.testResults.filter(({ status }) => status === 'failed');
  for (const { name, message, assertionResults } of failed) {
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    if (assertionResults.length === 0) failures.push([name, message]);
    for (const test of tests)
      failures.push([`${name} > ${test.fullName}`, ...test.failureMessages]);
  }
  const brokenFiles = failed.filter(({ assertionResults }) => assertionResults.length === 0).length;
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests + brokenFiles;
  total.skipped += report.numPendingTests + report.numTodoTests;
}
for (const lines of failures) process.stdout.write(`\nfailed: ${lines.join('\n')}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
