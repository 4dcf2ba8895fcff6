import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';

import { TextlintKernel } from '@textlint/kernel';
import markdown from '@textlint/textlint-plugin-markdown';
import habits from 'textlint-rule-prh';

import { docCommentsOf } from './doc-comments.mjs';
import { sentenceLength } from './sentence-length.mjs';

// npm run lint:prose: reads the documents and the doc comments of the sources, names each line with a habit of
// habits.yml or a sentence that is too long, and fails if there is one. File names as arguments read these alone.
const root = fileURLToPath(new URL('../../', import.meta.url));
const rules = [
  {
    ruleId: 'habit',
    rule: habits.default ?? habits,
    options: { rulePaths: [join(root, '.ci/prose/habits.yml')], checkHeader: false },
  },
  { ruleId: 'sentence', rule: sentenceLength, options: { max: 40 } },
];
const documents = ['README.md', 'docs/**.md', '*/*/README.md', '.ci/**.md', '.changeset/*.md'];
const sources = ['packages/*/src/**.ts', 'apps/*/src/**.ts', 'apps/create-moekit/template/**.ts'];

const kernel = new TextlintKernel();
const plugins = [{ pluginId: 'markdown', plugin: markdown.default ?? markdown }];

/** The findings in a file, one per line. */
async function findingsOf(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const prose = file.endsWith('.md') ? text : docCommentsOf(text);
  const { messages } = await kernel.lintText(prose, { ext: '.md', plugins, rules });
  return messages.map(({ line, message }) => `${file}:${line} ${message}`);
}

const tracked = [
  'ls-files',
  '-co',
  '--exclude-standard',
  ...documents,
  ...sources,
  'apps/create-moekit/**.ts',
];
const files = process.argv.slice(2);
const chosen = files.length > 0 ? files : execFileSync('git', tracked, { cwd: root, encoding: 'utf8' }).split('\n'); // prettier-ignore
const findings = [];
for (const file of chosen.filter(Boolean)) findings.push(...(await findingsOf(file)));
for (const finding of findings) process.stdout.write(`${finding}\n`);
process.stdout.write(
  `prose: ${chosen.filter(Boolean).length} files, ${findings.length} findings\n`,
);
process.exitCode = findings.length > 0 ? 1 : 0;
