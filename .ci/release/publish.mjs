import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';

// Publishes what is not on npm yet (npm publish --provenance). Provenance asks for the repository in every manifest: it
// is taken from the workflow that runs, so that the sources name no host.
const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
if (!server || !repository) throw new Error('Publishing runs in the release workflow only.');
for (const group of ['packages', 'apps']) {
  for (const name of readdirSync(group)) {
    const file = `${group}/${name}/package.json`;
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    const url = `git+${server}/${repository}.git`;
    manifest.repository = { type: 'git', url, directory: `${group}/${name}` };
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  }
}
const { status } = spawnSync('npx', ['changeset', 'publish'], {
  stdio: 'inherit',
  env: { ...process.env, NPM_CONFIG_PROVENANCE: 'true' },
});
process.exitCode = status ?? 1;
