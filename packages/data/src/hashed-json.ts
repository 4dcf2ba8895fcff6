import { createHash } from 'node:crypto';

/** JSON after the sha256 of its text, as caches keep it. */
export function hashText(json: string): string {
  return `${createHash('sha256').update(json).digest('hex')} ${json}`;
}

/** What `hashText` was given; undefined for a text that is not as it was written. */
export function parseHashed(text: string): unknown {
  const json = text.trimEnd().slice(65);
  if (hashText(json) !== text.trimEnd()) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
