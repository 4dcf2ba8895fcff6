import type { FileMetaData, SchemaElement } from 'hyparquet';

import { wrongFormat } from '../text-errors.js';
import { listed } from '../text-field.js';

/** The marks that a column of text may have. */
const TEXTS = new Set<string | undefined>([undefined, 'UTF8', 'ENUM', 'JSON']);

/**
 * The column that holds the text.
 * @param path of the file, for messages      @throws DATA_FORMAT saying what there is instead
 */
export function textColumn({ schema }: FileMetaData, field: string, path: string): SchemaElement {
  const columns = topLevel(schema);
  const named = columns.filter(({ element }) => element.name === field);
  if (named.length > 1) throw wrongFormat(`${path} must have one column named ${field}`, `${named.length}`); // prettier-ignore
  if (!named[0]) {
    const outer = columns.find(({ inside }) => inside.includes(field))?.element.name;
    const got = outer === undefined ? listed(columns.map(({ element }) => element.name)) : `${field} inside ${outer}, where it is not looked for`; // prettier-ignore
    throw wrongFormat(`${path} must have a column named ${field}`, got);
  }
  const { element, inside } = named[0];
  const kind = kindOf(element, inside);
  if (kind === undefined) return element;
  throw wrongFormat(`${path} must have a text column named ${field}`, `a column of ${kind}`);
}

/** The type of a column that is not text, in words. */
function kindOf(element: SchemaElement, inside: readonly string[]): string | undefined {
  if (inside.length > 0) return `fields: ${listed(inside)}`;
  if (element.repetition_type === 'REPEATED') return 'lists';
  if (element.type !== 'BYTE_ARRAY') return `${element.type}`;
  return TEXTS.has(element.converted_type) ? undefined : element.converted_type;
}

/** Columns in a flat list of elements and what is inside them, without recursion: anyone may have written it. */
function topLevel(schema: readonly SchemaElement[]) {
  const columns: { readonly element: SchemaElement; readonly inside: string[] }[] = [];
  let open = 0;
  for (const element of schema.slice(1)) {
    const { name, num_children: children = 0 } = element;
    if (open === 0) columns.push({ element, inside: [] });
    else columns.at(-1)!.inside.push(name);
    open += children - (open === 0 ? 0 : 1);
  }
  if (open !== 0) throw new Error('a schema that is cut short');
  return columns;
}
