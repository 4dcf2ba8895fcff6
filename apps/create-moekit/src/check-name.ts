import validate from 'validate-npm-package-name';

import { CreateError } from './errors.js';

/**
 * The folder for a package of that name: the name without its scope.
 * @throws CREATE_NAME when npm would refuse to publish the name
 */
export function folderOf(name: string): string {
  const { validForNewPackages, errors = [], warnings = [] } = validate(name);
  if (!validForNewPackages) {
    throw new CreateError('CREATE_NAME', {
      asked: 'A router package needs a name that npm accepts',
      got: `${JSON.stringify(name)} (${[...errors, ...warnings].join('; ')})`,
      fix: 'Use lower-case letters, digits and hyphens, for example my-router or @me/my-router.',
    });
  }
  return name.slice(name.lastIndexOf('/') + 1);
}
