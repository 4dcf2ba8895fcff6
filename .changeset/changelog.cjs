/* global module */
'use strict';

// What a reader of a changelog wants: what changed, in its author's words. Commits are left out, and so are lines about
// updated dependencies among moekit's packages: all of them have one version (docs/decisions/0002-one-version.md).

/** The summary of a changeset as an item of a list; further paragraphs and lists belong to it. */
const itemOf = (summary) => {
  const [first, ...rest] = summary.trim().split('\n');
  return [`- ${first}`, ...rest.map((line) => (line === '' ? '' : `  ${line}`))].join('\n');
};

module.exports = {
  getReleaseLine: async ({ summary }) => itemOf(summary),
  getDependencyReleaseLine: async () => '',
};
