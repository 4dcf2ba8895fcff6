import { parseValue, splitList } from '@moekit/bench';

import { fail } from '../errors.js';

type Settings = Record<string, unknown>;

/** `a.b=value` as path and value; a value is JSON where it parses as JSON, else a string. @throws CLI_USAGE */
export function parseSetting(text: string): { readonly path: readonly string[]; value: unknown } {
  const at = text.indexOf('=');
  const path = text.slice(0, Math.max(0, at)).split('.');
  if (at < 1 || path.some((key) => key === '' || key === '__proto__')) throw unreadable(text);
  return { path, value: valueOf(text.slice(at + 1), text) };
}

function valueOf(value: string, setting: string): unknown {
  try {
    return parseValue(value);
  } catch (cause) {
    throw unreadable(setting, (cause as Error).message);
  }
}

function unreadable(setting: string, got = JSON.stringify(setting)) {
  return fail('CLI_USAGE', {
    asked: '--set must be written as key=value, where a key may be a path such as model.numLayers',
    got,
    fix: 'For example: --set threshold=0.5',
  });
}

/** The values of a setting: several where they are separated by commas and are no JSON together. */
export function valuesOf(text: string): { readonly key: string; readonly values: unknown[] } {
  const { path, value } = parseSetting(text);
  const values =
    typeof value === 'string' ? splitList(value).map((part) => valueOf(part, text)) : [value];
  return { key: path.join('.'), values };
}

/** A copy with one value changed, given as `a.b=value`. @throws CLI_USAGE */
export function setPath(settings: Settings, text: string): Settings {
  const { path, value } = parseSetting(text);
  return changed(settings, path, value);
}

function changed(at: Settings, [key, ...rest]: readonly string[], value: unknown): Settings {
  const inner = rest.length === 0 ? value : changed(Object(at[key!]) as Settings, rest, value);
  return { ...at, [key!]: inner };
}
