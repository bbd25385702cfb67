import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly publishConfig?: { readonly exports?: Readonly<Record<string, unknown>> };
  /** The commands of the package and their files. */
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export interface WorkspacePackage {
  /** The name of its folder: what stands after `@holdfast/`, or the whole name. */
  readonly shortName: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

export const rootFolder: string = fileURLToPath(new URL('..', import.meta.url));

export const SOURCE_CONDITION = '@holdfast/source';

/** The packages that are published, in alphabetical order. */
export function workspacePackages(): WorkspacePackage[] {
  const folder = `${rootFolder}packages`;
  return readdirSync(folder)
    .sort()
    .map((shortName) => ({
      shortName,
      folder: `${folder}/${shortName}`,
      manifest: JSON.parse(readFileSync(`${folder}/${shortName}/package.json`, 'utf8')) as Manifest,
    }));
}

/** The subpaths of a package and the source file behind each: `./sqlite` → `src/sqlite.ts`. */
export function entriesOf({ manifest }: WorkspacePackage): Map<string, string> {
  const entries = new Map<string, string>();
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    const source = typeof target === 'string' ? undefined : target[SOURCE_CONDITION];
    if (source !== undefined) entries.set(subpath, source.slice(2));
  }
  return entries;
}

/** The source files of the commands of a package: `./dist/cli/main.js` → `src/cli/main.ts`. */
export function commandsOf({ bin = {} }: Manifest): string[] {
  return Object.values(bin).map((file) => file.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'));
}
