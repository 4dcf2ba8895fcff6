import { z } from 'zod';

/** The paths of a schema: every key that is not a section, and the sections of any keys. */
export interface SchemaPaths {
  readonly known: readonly string[];
  readonly open: readonly string[];
}

/** Lists the paths of a schema with the keys of the objects inside it. */
export function pathsOf(schema: z.ZodType, path = ''): SchemaPaths {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodRecord) return { known: [], open: [path] };
  if (!(inner instanceof z.ZodObject)) return { known: [path], open: [] };
  const below = Object.entries(inner.shape as Readonly<Record<string, z.ZodType>>).map(
    ([key, value]) => pathsOf(value, path === '' ? key : `${path}.${key}`),
  );
  return {
    known: below.flatMap(({ known }) => known),
    open: below.flatMap(({ open }) => open),
  };
}

/** A schema without its default, `optional` and `readonly`. */
function unwrapped(schema: z.ZodType): z.ZodType {
  return 'unwrap' in schema && typeof schema.unwrap === 'function'
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}
