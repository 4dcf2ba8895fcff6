import { mkdirSync, writeFileSync } from 'node:fs';
import { URL } from 'node:url';

import { drawings } from './all.mjs';

// node docs/site/figures/write.mjs: draws pictures of docs/results into docs/images
const folder = new URL('../../images/', import.meta.url);
mkdirSync(new URL('results/', folder), { recursive: true });
for (const [name, text] of drawings()) writeFileSync(new URL(name, folder), text);
