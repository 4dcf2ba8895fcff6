// The pictures of a report in docs/images: node .ci/pictures/report.mjs [results.json]. Builds nothing: run `npm run build` first.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';
import { parseResults, renderReport } from '@moekit/bench';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [source = join(root, 'docs/results/xmoe-dense-to-sparse-large.json')] = process.argv.slice(2);
/** Name, width and height of the view, and its colours. */
const PICTURES = [
  ['report', 1280, 900, 'light'],
  ['report-dark', 1280, 900, 'dark'],
  ['report-800', 800, 1000, 'light'],
  ['report-390', 390, 844, 'light'],
];
/** GitHub and phones load these. */
const MOST_BYTES = 200_000;

const folder = mkdtempSync(join(tmpdir(), 'moekit-pictures-'));
const page = join(folder, 'report.html');
writeFileSync(page, await renderReport(parseResults(readFileSync(source, 'utf8'))));
const browser = await chromium.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const [name, width, height, colorScheme] of PICTURES) {
    const view = await browser.newPage({ viewport: { width, height }, colorScheme });
    await view.goto(pathToFileURL(page).href);
    const path = join(root, `docs/images/${name}.png`);
    await view.screenshot({ path });
    const { size } = statSync(path);
    if (size > MOST_BYTES)
      throw new Error(`${name}.png has ${size} bytes, more than ${MOST_BYTES}`);
    process.stdout.write(`${name}.png: ${width} × ${height}, ${Math.round(size / 1000)} kB\n`);
    await view.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
