import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLLOWER = 'create-holdfast';

/** The texts of the changesets that wait for a release. */
export function pendingChangesets(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

/** The packages that a changeset releases. */
export function releasedBy(changeset: string): string[] {
  const [, head = ''] = changeset.split(/^---$/m);
  return [...head.matchAll(/^["']?([@\w/-]+)["']?: *(?:major|minor|patch)$/gm)].map(([, name = '']) => name);
}

/** The changeset with which `create-holdfast` follows the others; undefined where it is released anyhow, or nothing is. */
export function followingChangeset(pending: readonly string[]): string | undefined {
  const released = pending.flatMap(releasedBy);
  if (released.length === 0 || released.includes(FOLLOWER)) return undefined;
  return `---\n'${FOLLOWER}': patch\n---\n\nThe templates use the packages of this release.\n`;
}
