import { Command } from '@commander-js/extra-typings';

/** Declares `moekit new`, whose subcommands are added to it. */
export const newCommand = () => new Command('new').description('start something of your own');

/** Declares `moekit new router`. */
export const newRouterCommand = () =>
  new Command('router')
    .argument('<name>')
    .description('a package with a router of your own: tested, documented, ready to publish');
