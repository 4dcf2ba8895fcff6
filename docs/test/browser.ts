import { spawnSync } from 'node:child_process';

import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const name = names.find((each) => spawnSync(each, ['--version']).status === 0);
const path = name && spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim();

/** Opens an address in the browser of this machine and fails on an error of the page; does nothing without a browser. */
export async function lookAt(address: string, look: (page: Page) => Promise<void>): Promise<void> {
  if (!path) return;
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(address);
    await look(page);
    if (errors.length > 0) throw errors[0]!;
  } finally {
    await browser.close();
  }
}
