import { existsSync } from 'node:fs';

const KNOWN = [
  process.env['CHROME_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium on this machine, or `undefined`. */
export const chromium = KNOWN.find((path): path is string => !!path && existsSync(path));

/** Reads a page after its scripts have run, without a window. */
export const headless = (page: string, profile: string) => [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--allow-file-access-from-files',
  `--user-data-dir=${profile}`,
  '--virtual-time-budget=60000',
  '--timeout=120000',
  '--dump-dom',
  page,
];
