import { mkdirSync, writeFileSync } from 'node:fs';
import { URL } from 'node:url';

import { format } from 'prettier';

import { makeSchemas } from '../apps/cli/dist/schemas/make-schemas.js';

// npm run schemas: the JSON Schemas of what people write, from the zod schemas, into the package moekit
const folder = new URL('../apps/cli/schemas/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(makeSchemas())) {
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
  writeFileSync(new URL(name, folder), text);
}
