import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';

import { gallery } from './gallery.mjs';

// npm run docs:build: API pages by typedoc, the site by VitePress, which fails on a dead link between pages, then the
// gallery. Links from pages to files that are not pages (sources, pictures) are checked here, and the files are put into the
// site.
const root = fileURLToPath(new URL('../../', import.meta.url));
const out = join(root, 'docs/site/dist');

function step(bin, ...args) {
  const program = join(root, 'node_modules', bin);
  const { status } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** The Markdown files of the site, as its configuration names them. */
function pages() {
  const within = (folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return [
    'README.md',
    'examples/README.md',
    ...within('docs').filter((file) => file.endsWith('.md')),
    ...within('docs/decisions'),
    ...['packages', 'apps', 'examples'].flatMap(within).map((folder) => `${folder}/README.md`),
  ].filter((file) => existsSync(join(root, file)));
}

/** Files that pages link to, each with the page that does. */
function linkedFiles() {
  return pages().flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
    return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, link]) => link)
      .filter((link) => !/^[a-z]+:|^\//.test(link) && !link.endsWith('.md'))
      .map((link) => ({ page, file: normalize(join(dirname(page), link)) }));
  });
}

rmSync(join(root, 'docs/api'), { recursive: true, force: true });
rmSync(out, { recursive: true, force: true });
const files = linkedFiles();
const dead = files.filter(({ file }) => !existsSync(join(root, file)));
if (dead.length > 0) fail(dead.map(({ page, file }) => `dead link in ${page}: ${file}`).join('\n'));

step('typedoc/bin/typedoc', '--options', 'docs/site/typedoc.mjs');
step('vitepress/bin/vitepress.js', 'build', 'docs/site');
for (const { file } of files) {
  if (!/\.(ts|js|json|svg|png|ya?ml|Dockerfile)$/.test(file)) continue;
  mkdirSync(dirname(join(out, file)), { recursive: true });
  cpSync(join(root, file), join(out, file));
}
cpSync(join(root, 'apps/cli/schemas'), join(out, 'schemas'), { recursive: true });
for (const folder of ['docs/diagrams', 'docs/images']) {
  cpSync(join(root, folder), join(out, folder), { recursive: true });
}
await gallery(root, join(out, 'gallery'));
const anchors = [...readFileSync(join(root, 'docs/gallery.md'), 'utf8').matchAll(/href="\.\.\/([^"]+)"/g)]; // prettier-ignore
for (const [, file] of anchors.filter(([, each]) => !existsSync(join(out, each))))
  fail(`dead link in docs/gallery.md: ${file}`);
process.stdout.write(
  `docs/site/dist: ${pages().length} pages, ${files.length} links to files checked\n`,
);
