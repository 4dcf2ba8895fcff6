import { Command } from '@commander-js/extra-typings';

/** Declares `moekit new`, whose subcommands are added to it. */
export const newCommand = () => new Command('new').description('start a new package');

/** Declares `moekit new router`. */
export const newRouterCommand = () =>
  new Command('router')
    .argument('<name>')
    .description('create a package with a router: tested, documented, ready to publish');
