import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** The one direction of imports: kernels <- core <- router-*; core, files <- data; core, kernels, data, files <- models; kernels, files <- backends; models, backends <- bench <- cli. */
const direction = {
  'scope:files': [],
  'scope:kernels': [],
  'scope:backends': ['scope:kernels', 'scope:files'],
  'scope:core': ['scope:kernels'],
  'scope:router': ['scope:core'],
  'scope:data': ['scope:core', 'scope:files'],
  'scope:models': ['scope:data', 'scope:core', 'scope:kernels', 'scope:files'],
  'scope:bench': [
    'scope:backends',
    'scope:models',
    'scope:data',
    'scope:core',
    'scope:kernels',
    'scope:files',
  ],
  'scope:create': [],
  'scope:cli': [
    'scope:create',
    'scope:bench',
    'scope:backends',
    'scope:models',
    'scope:data',
    'scope:router',
    'scope:core',
    'scope:kernels',
    'scope:files',
  ],
};

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/out-tsc',
      '**/.nx',
      '**/node_modules',
      '**/moekit-results',
      'packages/kernels/assembly/*.ts',
      '**/artefacts.ts',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      // `interface X extends z.input<typeof schema> {}` is a name in declarations, where an alias is spelt out
      '@typescript-eslint/no-empty-object-type': [
        'error',
        { allowInterfaces: 'with-single-extends' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          allow: ['#tensorflow', '#sha256', '#read-file'], // entries of `imports`: other files in browsers
          depConstraints: Object.entries(direction).map(
            ([sourceTag, onlyDependOnLibsWithTags]) => ({
              sourceTag,
              onlyDependOnLibsWithTags,
            }),
          ),
        },
      ],
    },
  },
  {
    files: ['apps/cli/src/**/*.ts'],
    ignores: ['apps/cli/src/output/{terminal,redraw}.ts', 'apps/cli/src/**/*-process.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-imports': ['error', 'picocolors'],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.property.name='write'][callee.object.name='stream']",
          message: 'Write to a terminal through output/terminal.ts.',
        },
        {
          selector:
            "CallExpression[callee.property.name='write'][callee.object.property.name=/^std(out|err)$/]",
          message: 'Write to a terminal through output/terminal.ts.',
        },
      ],
    },
  },
  {
    files: ['apps/cli/src/output/paint.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['apps/create-moekit/template/examples/*.mjs'],
    languageOptions: { globals: { console: 'readonly' } },
  },
  prettier,
);
