import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import { sha256 as inBrowser } from '../src/sha256/in-browser.js';
import { sha256 as inNode } from '../src/sha256/in-node.js';

test.each([
  ['nothing', []],
  ['text', ['größer 😀\n', 'x'.repeat(1000)]],
  ['bytes', [Uint8Array.from({ length: 3000 }, (_, i) => i)]],
  ['both', ['bytes\n256\n', Uint8Array.of(0, 255), '2\n', new Uint8Array(65)]],
])('pages and Node.js hash %s alike', (_what, parts) => {
  const whole = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const wanted = createHash('sha256').update(whole).digest('hex');
  expect(inNode(parts)).toBe(wanted);
  expect(inBrowser(parts)).toBe(wanted);
});
