import { Command } from '@commander-js/extra-typings';

import type { Done } from './options.js';

export const newCommand = (done: Done) =>
  new Command('new').description('start something of your own').addCommand(
    new Command('router')
      .argument('<name>')
      .description('a package with a router of your own: tested, documented, ready to publish')
      .action(async (name) => {
        const { newRouter } = await import('./actions/new-router.js');
        done(await newRouter(name));
      }),
  );
