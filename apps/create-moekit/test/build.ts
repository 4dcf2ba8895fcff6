import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds what the template's packages import, as `npm run build` does. */
export default function build(): void {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  execFileSync('npx', ['tsc', '-b', 'apps/cli/tsconfig.lib.json'], { cwd: root, stdio: 'inherit' });
}
