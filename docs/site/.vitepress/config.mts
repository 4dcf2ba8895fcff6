import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { katex } from '@mdit/plugin-katex';
import { defineConfig } from 'vitepress';
import type { MarkdownRenderer } from 'vitepress';

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

/** The pages are the repository's Markdown files, read in place; a dead link fails the build. */
export default defineConfig({
  srcDir: '../..',
  srcExclude: ['**/node_modules/**', '**/CHANGELOG.md', '.changeset/**', '**/template/**', '**/.tmp*/**', '**/dist/**'], // prettier-ignore
  outDir: './dist',
  cacheDir: './dist/.cache',
  rewrites: { 'docs/index.md': 'index.md' },
  // folders of sources are in the repository alone
  ignoreDeadLinks: [/\/src\/[\w/-]+$/],
  title: 'moekit',
  description: 'Plug-in Mixture-of-Experts routers for TypeScript and TensorFlow.js',
  lang: 'en-GB',
  lastUpdated: false,
  markdown: { config: (md) => void md.use(katex).use(folderLinks) },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/docs/quickstart' },
      { text: 'Routers', link: '/docs/routers' },
      { text: 'API', link: '/docs/api/' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          { text: 'Quickstart', link: '/docs/quickstart' },
          { text: 'Concepts', link: '/docs/concepts' },
          { text: 'Recipes', link: '/docs/recipes' },
          { text: 'Examples', link: '/examples/README' },
          { text: 'A tour of the code', link: '/docs/tour' },
          { text: 'Training and checkpoints', link: '/docs/training' },
          { text: 'Backends', link: '/docs/install' },
          { text: 'For PyTorch users', link: '/docs/faq' },
        ],
      },
      {
        text: 'Routers',
        items: [
          { text: 'All of them', link: '/docs/routers' },
          { text: 'Top-k and Switch', link: '/packages/router-topk/README' },
          { text: 'Threshold (XMoE, top-p)', link: '/packages/router-threshold/README' },
          { text: 'Null experts', link: '/packages/router-null-expert/README' },
          { text: 'Controls', link: '/packages/router-controls/README' },
          { text: 'ReLU (ReMoE, BlockFFN)', link: '/packages/router-relu/README' },
          { text: 'Four of your own', link: '/examples/router/README' },
          { text: 'Writing a router', link: '/docs/writing-a-router' },
          { text: 'Pieces', link: '/docs/pieces' },
        ],
      },
      {
        text: 'Packages',
        items: [
          { text: '@moekit/core', link: '/packages/core/README' },
          { text: '@moekit/kernels', link: '/packages/kernels/README' },
          { text: '@moekit/data', link: '/packages/data/README' },
          { text: '@moekit/models', link: '/packages/models/README' },
          { text: '@moekit/bench', link: '/packages/bench/README' },
          { text: '@moekit/backends', link: '/packages/backends/README' },
          { text: '@moekit/files', link: '/packages/files/README' },
          { text: 'moekit, the command', link: '/apps/cli/README' },
          { text: 'create-moekit', link: '/apps/create-moekit/README' },
        ],
      },
      {
        text: 'Background',
        items: [
          { text: 'Benchmark method', link: '/docs/benchmark-method' },
          { text: 'Results', link: '/docs/results' },
          { text: 'Kernels', link: '/docs/kernels' },
          { text: 'Kernels on WebGPU', link: '/docs/kernels-webgpu' },
          { text: 'Kernel times', link: '/docs/kernel-times' },
          { text: 'Adding a kernel or a backend', link: '/docs/adding-a-kernel' },
          { text: 'Errors', link: '/docs/errors' },
          { text: 'Decisions', link: '/docs/decisions/README' },
          { text: 'Releasing', link: '/docs/releasing' },
        ],
      },
      { text: 'API', items: [{ text: 'Modules', link: '/docs/api/' }] },
    ],
  },
});
