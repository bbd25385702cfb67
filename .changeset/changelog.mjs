/**
 * How changelogs are written: each change as its changeset says it, and one line for the packages that are asked for
 * in a new version. The default adds the hash of each commit, which leads nowhere on npm, and a line for each.
 */
export default {
  getReleaseLine: ({ summary }) => `- ${summary.trim().replaceAll('\n', '\n  ')}`,
  getDependencyReleaseLine: (_changesets, updated) => {
    const versions = updated.map(({ name, newVersion }) => `\`${name}\` ${newVersion}`);
    return versions.length === 0 ? '' : `- Asks for ${versions.join(', ')}.`;
  },
};
