/**
 * Packs every package and looks at the tarball as a stranger would: publint, are-the-types-wrong, README and LICENSE
 * inside, installed by npm into an empty project outside the repository, imported, and type-checked under `strict`
 * with no error from our own declarations. Each package is installed alone first, then all of them together. At last
 * come the projects that `create-holdfast` makes.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConsumer, importEntries, typeCheck } from './consumer-project.ts';
import { checkCreatedProjects } from './created-project.ts';
import { run } from './run-command.ts';
import { checkContents, packAll, type Tarball } from './tarballs.ts';
import { entriesOf, workspacePackages } from './workspace-packages.ts';

function progress(message: string): void {
  process.stderr.write(`${message}\n`);
}

async function checkTarball(tarball: Tarball): Promise<void> {
  const { pkg, path } = tarball;
  await checkContents(tarball);
  await run('publint', ['run', path, '--strict'], pkg.folder);
  // Of commands alone there are no types.
  if (entriesOf(pkg).size === 0) return;
  await run('attw', [path, '--profile', 'esm-only', '--no-emoji', '--quiet'], pkg.folder);
}

/** With nothing but what npm brings by itself, the root entry must load. */
async function checkAlone(tarballs: readonly Tarball[], { pkg }: Tarball, folder: string): Promise<void> {
  const project = await createConsumer(folder, tarballs, [pkg], { optionalPeers: false });
  if (entriesOf(pkg).has('.')) await importEntries(project, [pkg.manifest.name]);
}

async function checkTogether(tarballs: readonly Tarball[], folder: string): Promise<void> {
  const packages = tarballs.map(({ pkg }) => pkg);
  const project = await createConsumer(folder, tarballs, packages, { optionalPeers: true });
  const specifiers = packages.flatMap((pkg) =>
    [...entriesOf(pkg).keys()].map((subpath) => `${pkg.manifest.name}${subpath.slice(1)}`),
  );
  await importEntries(project, specifiers);
  await typeCheck(project, specifiers);
  progress(`all together: ${specifiers.length} entries imported and type-checked`);
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-packages-'));
try {
  const tarballs = await packAll(workspacePackages(), folder);
  for (const tarball of tarballs) {
    await checkTarball(tarball);
    const project = join(folder, `alone-${tarball.pkg.shortName}`);
    mkdirSync(project);
    await checkAlone(tarballs, tarball, project);
    progress(`${tarball.pkg.manifest.name}: packs clean, installs and loads alone`);
  }
  const project = join(folder, 'together');
  mkdirSync(project);
  await checkTogether(tarballs, project);
  await checkCreatedProjects(tarballs, folder, progress);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
