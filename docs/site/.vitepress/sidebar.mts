import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { DefaultTheme } from 'vitepress';

const item = (text: string, link: string) => ({ text, link });
const readme = (text: string, folder: string) => item(text, `/${folder}/README`);

export const guide: DefaultTheme.SidebarItem[] = [
  {
    text: 'Start',
    items: [
      item('Tutorial', '/docs/tutorial'),
      item('Concepts', '/docs/concepts'),
      item('Install', '/docs/install'),
      item('For PyTorch users', '/docs/faq'),
    ],
  },
  {
    text: 'Routers',
    items: [
      item('All of them', '/docs/routers'),
      readme('Top-k and Switch', 'packages/router-topk'),
      readme('Threshold (XMoE, top-p)', 'packages/router-threshold'),
      readme('Null experts', 'packages/router-null-expert'),
      readme('ReLU (ReMoE, BlockFFN)', 'packages/router-relu'),
      readme('Controls', 'packages/router-controls'),
    ],
  },
  {
    text: 'Write',
    items: [
      item('A router', '/docs/writing-a-router'),
      item('Router reference', '/docs/router-reference'),
      item('Its pieces', '/docs/pieces'),
      item('A loss, a task, an experiment', '/docs/recipes'),
      item('Configuration files', '/docs/configuration'),
      item('A configuration', '/docs/composing'),
      item('An operation, a backend', '/docs/adding-a-kernel'),
    ],
  },
  {
    text: 'Train and compare',
    items: [
      item('Training and checkpoints', '/docs/training'),
      item('Benchmark method', '/docs/benchmark-method'),
      item('Verdicts', '/docs/verdicts'),
      item('Results', '/docs/results'),
      item('Gallery', '/docs/gallery'),
    ],
  },
  {
    text: 'Examples',
    collapsed: true,
    items: [
      readme('All six', 'examples'),
      readme('Routers of your own', 'examples/router'),
      readme('A page', 'examples/page'),
      readme('A server', 'examples/server'),
    ],
  },
  {
    text: 'Packages',
    collapsed: true,
    items: [
      ...['core', 'kernels', 'data', 'models', 'bench', 'backends', 'files'].map((name) =>
        readme(`@moekit/${name}`, `packages/${name}`),
      ),
      readme('moekit, the command', 'apps/cli'),
      readme('create-moekit', 'apps/create-moekit'),
    ],
  },
  {
    text: 'Inside',
    collapsed: true,
    items: [
      item('A tour of the code', '/docs/tour'),
      item('Kernels', '/docs/kernels'),
      item('Kernels on WebGPU', '/docs/kernels-webgpu'),
      item('Kernel times', '/docs/kernel-times'),
      item('Decisions', '/docs/decisions/README'),
      item('Releasing', '/docs/releasing'),
    ],
  },
  {
    text: 'Look up',
    items: [
      item('Errors', '/docs/errors'),
      item('Versions and changes', '/docs/versions'),
      item('API', '/docs/api/'),
    ],
  },
];

const written = fileURLToPath(new URL('../../api/typedoc-sidebar.json', import.meta.url));

type Items = DefaultTheme.SidebarItem[];

/** Groups of a module directly below it, without the heading that typedoc has for them. */
const flat = (items: Items): Items =>
  items.map(({ items: inside, ...module }) =>
    inside ? { ...module, items: inside.flatMap((each) => each.items ?? each) } : module,
  );

/** Modules and their groups of symbols, as typedoc wrote them. */
export const api = existsSync(written) ? flat(JSON.parse(readFileSync(written, 'utf8')) as Items) : []; // prettier-ignore
