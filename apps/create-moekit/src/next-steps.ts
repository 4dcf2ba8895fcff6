import type { CreatedPackage } from './create-router-package.js';

/** What to type next, as the command prints it; the tests type exactly that. */
export function nextSteps({ name, folder, files }: CreatedPackage): string {
  return [
    `${name}: ${files.length} files in ${folder}/`,
    '',
    `  cd ${folder}`,
    '  npm i',
    '  npm test',
    '  npx moekit bench --router .',
    '',
    'The router is src/router.ts; the README says what to change.',
    '',
  ].join('\n');
}
