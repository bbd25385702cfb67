import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

export const deployFolder: string = fileURLToPath(new URL('../../deploy', import.meta.url));

/** What the tests read of a manifest; the rest is checked by the schemas. */
export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  /** As it was written. */
  readonly content: Record<string, unknown>;
}

export function readManifests(): Manifest[] {
  const folder = join(deployFolder, 'kubernetes');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.yaml'),
  );
  return files.sort().flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => {
      if (document.errors.length > 0) throw new Error(`${file}: ${String(document.errors[0])}`);
      const content = document.toJS() as Record<string, unknown>;
      return { ...(content as Omit<Manifest, 'file' | 'content'>), file, content };
    }),
  );
}

/** A value by its path, `undefined` where there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, step) =>
      typeof found === 'object' && found !== null
        ? (found as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );
}

export function readDeployFile(...path: readonly string[]): string {
  return readFileSync(join(deployFolder, ...path), 'utf8');
}

export function readYaml(...path: readonly string[]): unknown {
  return parse(readDeployFile(...path), { merge: true });
}
