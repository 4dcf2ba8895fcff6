import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';

// After `changeset version`: the examples and their locks name the version that is about to be published. Only moekit's
// own packages are touched, whose locks have no hash; every other pin stays.
const folders = ['packages', 'apps'].flatMap((group) => readdirSync(group).map((name) => `${group}/${name}`)); // prettier-ignore
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const manifests = folders.map((folder) => read(`${folder}/package.json`));
const own = new Map(manifests.map(({ name, version }) => [name, version]));

/** Sets the members that name packages of moekit. @param prefix of the range, '' for exactly one version */
function setVersions(dependencies = {}, prefix = '') {
  for (const name of Object.keys(dependencies)) {
    if (own.has(name)) dependencies[name] = `${prefix}${own.get(name)}`;
  }
}

function update(file, change) {
  const content = read(file);
  change(content);
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

function setRanges(manifest) {
  setVersions(manifest.dependencies, '^');
  setVersions(manifest.devDependencies, '^');
}

function setLocked({ packages }) {
  setRanges(packages['']);
  for (const [path, entry] of Object.entries(packages)) {
    const version = own.get(path.replace(/^.*node_modules\//, ''));
    if (version === undefined) continue;
    entry.version = version;
    setVersions(entry.dependencies);
  }
}

const examples = readdirSync('examples', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `examples/${name}`)
  .filter((folder) => readdirSync(folder).includes('package.json'));
for (const folder of examples) {
  update(`${folder}/package.json`, setRanges);
  update(`${folder}/package-lock.json`, setLocked);
}
process.stdout.write(`${examples.length} examples name ${[...new Set(own.values())].join(', ')}\n`);
