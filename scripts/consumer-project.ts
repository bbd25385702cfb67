import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run-command.ts';
import type { Tarball } from './tarballs.ts';
import { rootFolder, type WorkspacePackage } from './workspace-packages.ts';

const SCOPE = '@holdfast/';

export interface ConsumerOptions {
  /** Whether the optional peers are installed too, as they are where every subpath is used. */
  readonly optionalPeers: boolean;
}

/** An empty project that depends on `wanted`, installed with npm from the tarballs and the registry. */
export async function createConsumer(
  folder: string,
  tarballs: readonly Tarball[],
  wanted: readonly WorkspacePackage[],
  { optionalPeers }: ConsumerOptions,
): Promise<string> {
  const dependencies: Record<string, string> = {};
  const pathOf = new Map(tarballs.map(({ pkg, path }) => [pkg.manifest.name, path]));
  const packageOf = new Map(tarballs.map(({ pkg }) => [pkg.manifest.name, pkg]));
  const add = (pkg: WorkspacePackage) => {
    const { name, dependencies: own, peerDependencies, peerDependenciesMeta } = pkg.manifest;
    if (dependencies[name] !== undefined) return;
    dependencies[name] = `file:${pathOf.get(name)}`;
    for (const [peer, range] of Object.entries({ ...own, ...peerDependencies })) {
      if (peerDependenciesMeta?.[peer]?.optional === true && !optionalPeers) continue;
      const inner = packageOf.get(peer);
      if (inner !== undefined) add(inner);
      else if (!peer.startsWith(SCOPE) && peerDependencies?.[peer] !== undefined)
        dependencies[peer] ??= range;
    }
  };
  for (const pkg of wanted) add(pkg);
  if (optionalPeers) Object.assign(dependencies, typings(wanted));
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2));
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], folder);
  return folder;
}

/** The `@types` packages that a TypeScript user of these packages installs. */
function typings(packages: readonly WorkspacePackage[]): Record<string, string> {
  const names = packages.flatMap((pkg) => Object.keys(pkg.manifest.devDependencies ?? {}));
  const found = names.filter((name) => name.startsWith('@types/')).map((name) => [name, '*'] as const);
  return { '@types/node': '^24', ...Object.fromEntries(found) };
}

/** Loads each specifier in a fresh process. */
export async function importEntries(project: string, specifiers: readonly string[]): Promise<void> {
  for (const specifier of specifiers) {
    await run('node', ['--input-type=module', '--eval', `await import('${specifier}')`], project);
  }
}

const COMPILER_OPTIONS = {
  target: 'es2024',
  module: 'nodenext',
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  types: ['node'],
};

/** Type-checks imports of every specifier; errors in other people's declarations are theirs. */
export async function typeCheck(project: string, specifiers: readonly string[]): Promise<void> {
  const code = specifiers
    .map((specifier, index) => `export * as entry${index} from '${specifier}';`)
    .join('\n');
  writeFileSync(join(project, 'index.ts'), `${code}\n`);
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['index.ts'] }),
  );
  const tsc = join(rootFolder, 'node_modules/.bin/tsc');
  const errors = await run(tsc, ['-p', 'tsconfig.json', '--pretty', 'false'], project).catch(
    (error: unknown) => String(error),
  );
  const ours = errors.split('\n').filter((line) => /^(?:index\.ts|node_modules\/@holdfast\/)/.test(line));
  if (ours.length > 0)
    throw new Error(`Our declarations do not type-check for a consumer:\n${ours.join('\n')}`);
}
