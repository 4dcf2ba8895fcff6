import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';

import { TextlintKernel } from '@textlint/kernel';
import markdown from '@textlint/textlint-plugin-markdown';
import habits from 'textlint-rule-prh';

import { sentenceLength } from './sentence-length.mjs';
import { documentOf, textsOf } from './texts.mjs';

// npm run lint:prose: reads documents, comments, test titles and the strings of sources (error messages, help, page
// texts), names each line with a habit of habits.yml or a sentence that is too long, and fails if there is one.
// File names as arguments read only these.
const root = fileURLToPath(new URL('../../', import.meta.url));
const rules = [
  {
    ruleId: 'habit',
    rule: habits.default ?? habits,
    options: { rulePaths: [join(root, '.ci/prose/habits.yml')], checkHeader: false },
  },
  { ruleId: 'sentence', rule: sentenceLength, options: { max: 40 } },
];
const documents = ['*.md'];
const scripts = ['*.ts', '*.mts', '*.js', '*.mjs'];
const native = ['*.cc', '*.h'];
const shell = ['.ci/run', '*.sh', '*.yml', 'docker/*', ':!.ci/prose/habits.yml'];
const foreign = [':!shared', ':!**/test/fixtures/**'];

const kernel = new TextlintKernel();
const plugins = [{ pluginId: 'markdown', plugin: markdown.default ?? markdown }];

/** The findings in a file, one per line. */
async function findingsOf(file) {
  const { text, lines } = documentOf(textsOf(file, readFileSync(join(root, file), 'utf8')));
  const { messages } = await kernel.lintText(text, { ext: '.md', plugins, rules });
  return messages.map(({ line, message }) => `${file}:${lines[line - 1]} ${message}`);
}

const tracked = () =>
  execFileSync(
    'git',
    [
      'ls-files',
      '-co',
      '--exclude-standard',
      ...documents,
      ...scripts,
      ...native,
      ...shell,
      ...foreign,
    ],
    { cwd: root, encoding: 'utf8' },
  ).split('\n');
const files = (process.argv.length > 2 ? process.argv.slice(2) : tracked()).filter(Boolean);
const findings = [];
for (const file of files) findings.push(...(await findingsOf(file)));
for (const finding of findings) process.stdout.write(`${finding}\n`);
process.stdout.write(`prose: ${files.length} files, ${findings.length} findings\n`);
process.exitCode = findings.length > 0 ? 1 : 0;
