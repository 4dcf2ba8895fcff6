import type { CreatedPackage } from './create-router-package.js';

/** The next commands to type, as the program prints them; the tests type exactly these. */
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
