import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { katex } from '@mdit/plugin-katex';
import { defineConfig } from 'vitepress';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';

import { api, guide } from './sidebar.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A link to a folder, as repositories show them, is one to its README. */
function folderLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('folder-links', (state) => {
    const { relativePath } = state.env as { relativePath?: string };
    if (relativePath === undefined) return; // a piece of front matter
    const here = dirname(relativePath);
    const links = state.tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'link_open'); // prettier-ignore
    for (const link of links) {
      const href = link.attrGet('href') ?? '';
      if (/^[a-z]+:|^[/#]/.test(href)) continue;
      if (existsSync(join(root, here, href, 'README.md')))
        link.attrSet('href', `${href}/README.md`);
    }
  });
}

const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8')) as { version: string }; // prettier-ignore

/** Search finds a page of the API by its name, all others by every word. */
function searchable(src: string, env: MarkdownEnv, md: MarkdownRenderer): string {
  const html = md.render(src, env);
  if (!env.relativePath.startsWith('docs/api/')) return html;
  return /<h1[\s\S]*?<\/h1>/.exec(html)?.[0] ?? '';
}

/** The pages are the repository's Markdown files, read in place; a dead link fails the build. */
export default defineConfig({
  srcDir: '../..',
  srcExclude: ['**/node_modules/**', '.changeset/**', '**/template/**', '**/.tmp*/**', '**/dist/**'], // prettier-ignore
  outDir: './dist',
  cacheDir: './dist/.cache',
  rewrites: { 'docs/index.md': 'index.md' },
  // folders of sources are in the repository alone; build.mjs makes the gallery, and looks for what pages link to there
  ignoreDeadLinks: [/\/src\/[\w/-]+$/, /^\/gallery\//],
  title: 'moekit',
  description: 'Plug-in Mixture-of-Experts routers for TypeScript and TensorFlow.js',
  lang: 'en-GB',
  lastUpdated: false,
  markdown: { config: (md) => void md.use(katex).use(folderLinks) },
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  transformPageData: ({ relativePath, frontmatter }) => {
    if (relativePath.startsWith('docs/api/')) frontmatter['outline'] = 2;
  },
  themeConfig: {
    search: { provider: 'local', options: { _render: searchable } },
    outline: [2, 3],
    nav: [
      { text: 'Tutorial', link: '/docs/tutorial' },
      { text: 'Routers', link: '/docs/routers' },
      { text: 'Results', link: '/docs/results' },
      { text: 'Gallery', link: '/docs/gallery' },
      { text: 'API', link: '/docs/api/' },
      { text: version, link: '/docs/versions' },
    ],
    sidebar: { '/': guide, '/docs/api/': api },
  },
});
