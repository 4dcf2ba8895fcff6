import fc from 'fast-check';

import type { Edit } from './edits.js';
import { at, place } from './edits.js';

/** JSON as text, which may be what no `JSON.stringify` writes. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, 1, -1, 0.5, 2 ** 31, 2 ** 53, 1e7, 1e308, 5e-324, '', '0', ' '],
    ...['NaN', 'Infinity', '-Infinity', '__proto__', 'constructor', '../../x', '/dev/zero'],
    ...['\ufeff', '\ud800', '\u0000', '\u001b[2J', '<script>alert(1)</script>', '(a+)+$'],
    ...[[], {}, [null], [[]], { a: 1 }, 'x'.repeat(1000)],
  ),
  fc
    .constantFrom('1e999', '-0', '1e-999', '9007199254740993', '{"__proto__":{"polluted":1}}')
    .map((text) => new Raw(text)),
  fc
    .constantFrom('[', '{"a":')
    .map((open) => new Raw(open.repeat(5000) + '1' + (open === '[' ? ']' : '}').repeat(5000))),
  fc.integer(),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

type Container = Record<string, unknown> | unknown[];
interface Slot {
  readonly holder: Container;
  readonly key: string;
}

/** Replaces, removes, adds, doubles or moves a member somewhere. */
export const jsonEdit: fc.Arbitrary<Edit<unknown>> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(place, hostile)
      .map(([where, value]) => onSlot(where, ({ holder, key }) => set(holder, key, value))),
  },
  { weight: 2, arbitrary: place.map((where) => onSlot(where, remove)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(place, fc.constantFrom('extra', '__proto__', 'toString', 'é'))
      .map(([where, key]) =>
        onSlot(where, ({ holder }) =>
          set(holder, Array.isArray(holder) ? String(holder.length) : key, 1),
        ),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, place).map(([from, to]) => (value: unknown) => {
      const slots = slotsOf(value);
      if (slots.length === 0) return value;
      const source = slots[at(from, slots.length)]!;
      const target = slots[at(to, slots.length)]!;
      set(target.holder, target.key, structuredClone(plain(get(source.holder, source.key))));
      return value;
    }),
  },
  {
    weight: 1,
    arbitrary: place.map((where) =>
      onSlot(where, ({ holder, key }) => {
        const number = get(holder, key);
        if (typeof number === 'number') set(holder, key, number + 1);
      }),
    ),
  },
);

function onSlot(where: number, change: (slot: Slot) => void): Edit<unknown> {
  return (value) => {
    const slots = slotsOf(value);
    if (slots.length > 0) change(slots[at(where, slots.length)]!);
    return value;
  };
}

/** Every place in a JSON value; of long arrays the first and last few, so that figures do not drown the rest. */
function slotsOf(value: unknown, slots: Slot[] = []): Slot[] {
  if (value === null || typeof value !== 'object' || value instanceof Raw) return slots;
  const keys = Object.keys(value);
  for (const key of keys.length > 40 ? [...keys.slice(0, 10), ...keys.slice(-2)] : keys) {
    slots.push({ holder: value as Container, key });
    slotsOf(get(value as Container, key), slots);
  }
  return slots;
}

const get = (holder: Container, key: string) => (holder as Record<string, unknown>)[key];

function set(holder: Container, key: string, value: unknown): void {
  Object.defineProperty(holder, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function remove({ holder, key }: Slot): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

/** A value without raw text, which cannot be cloned. */
const plain = (value: unknown): unknown =>
  value === undefined ? null : JSON.parse(writeRaw(value, '0').toString());

export function writeRaw(value: unknown, instead?: string): Buffer {
  const raws: string[] = [];
  const mark = '\u0001raw';
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (!(part instanceof Raw)) return part;
    raws.push(instead ?? part.text);
    return `${mark}${raws.length - 1}`;
  });
  const written = text ?? 'null';
  return Buffer.from(
    written.replace(/"\\u0001raw(\d+)"/g, (_, index: string) => raws[Number(index)]!),
  );
}
