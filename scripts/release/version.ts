/**
 * `changeset version`, with `create-holdfast` released whenever anything is: its templates name the versions of the
 * packages that they were tested with, which changesets cannot see.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run-command.ts';
import { rootFolder } from '../workspace-packages.ts';
import { followingChangeset, pendingChangesets } from './changesets.ts';

const folder = join(rootFolder, '.changeset');
const following = followingChangeset(pendingChangesets(folder));
if (following !== undefined) writeFileSync(join(folder, 'templates-follow.md'), following);
process.stdout.write(await run('changeset', ['version'], rootFolder));
