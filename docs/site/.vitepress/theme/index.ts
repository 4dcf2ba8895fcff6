import 'katex/dist/katex.min.css';
import type { Theme } from 'vitepress';
import theme from 'vitepress/theme';

import PackageVersions from './PackageVersions.vue';
import './style.css';

export default {
  extends: theme,
  enhanceApp: ({ app }) => void app.component('PackageVersions', PackageVersions),
} satisfies Theme;
