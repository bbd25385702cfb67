import { readdirSync, readFileSync } from 'node:fs';
import { rootFolder } from './repository.ts';

export interface EntryPoint {
  /** What is imported: `@holdfast/queue/signatures`. */
  readonly name: string;
  /** The folder of the package: `queue`. */
  readonly folder: string;
  /** The source file, absolute. */
  readonly file: string;
}

const SOURCE_CONDITION = '@holdfast/source';

/** Every entry point of every published package, in alphabetical order. */
export function entryPoints(): EntryPoint[] {
  return readdirSync(`${rootFolder}packages`)
    .sort()
    .flatMap((folder) => entriesOf(folder));
}

function entriesOf(folder: string): EntryPoint[] {
  const manifest = JSON.parse(readFileSync(`${rootFolder}packages/${folder}/package.json`, 'utf8')) as {
    name: string;
    exports?: Record<string, string | Record<string, string>>;
  };
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const source = typeof target === 'string' ? undefined : target[SOURCE_CONDITION];
    if (source === undefined) return [];
    return {
      name: `${manifest.name}${subpath.slice(1)}`,
      folder,
      file: `${rootFolder}packages/${folder}/${source.slice(2)}`,
    };
  });
}
