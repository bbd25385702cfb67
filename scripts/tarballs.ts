import { run } from './run-command.ts';
import { rootFolder, type WorkspacePackage } from './workspace-packages.ts';

export interface Tarball {
  readonly pkg: WorkspacePackage;
  readonly path: string;
}

const MUST_HOLD = ['package/README.md', 'package/LICENSE', 'package/package.json'];
/** Templates are projects, which have tests of their own. */
const MUST_NOT_HOLD = /^package\/(?!templates\/).*(?:\.test\.|\/test\/)|tsbuildinfo|^package\/src\//;

/** Packs packages as they would be published. */
export async function packAll(packages: readonly WorkspacePackage[], folder: string): Promise<Tarball[]> {
  const filters = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  await run('npx', ['-y', 'pnpm@12.21.0', ...filters, 'pack', '--pack-destination', folder], rootFolder);
  return packages.map((pkg) => ({ pkg, path: `${folder}/${fileName(pkg)}` }));
}

/** @throws Error for what is missing in the tarball, or does not belong there */
export async function checkContents({ pkg, path }: Tarball): Promise<void> {
  const files = (await run('tar', ['-tzf', path], rootFolder)).trim().split('\n');
  for (const file of MUST_HOLD)
    if (!files.includes(file)) throw new Error(`${pkg.manifest.name}: no ${file} in the tarball`);
  const stray = files.find((file) => MUST_NOT_HOLD.test(file));
  if (stray !== undefined) throw new Error(`${pkg.manifest.name}: ${stray} does not belong in the tarball`);
}

function fileName({ manifest: { name, version } }: WorkspacePackage): string {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}
