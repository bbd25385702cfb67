import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const rootFolder: string = fileURLToPath(new URL('../..', import.meta.url));

/** Where the sources can be read: `repository` of the root's package.json, the one place that says it. */
export const repositoryUrl: string = readRepositoryUrl();

/** A file or folder of the repository as a web page. */
export function sourceUrl(path: string, kind: 'file' | 'folder' = 'file'): string {
  return `${repositoryUrl}/${kind === 'file' ? 'blob' : 'tree'}/main/${path}`;
}

function readRepositoryUrl(): string {
  const manifest = JSON.parse(readFileSync(`${rootFolder}package.json`, 'utf8')) as {
    repository?: { url: string };
  };
  const url = manifest.repository?.url;
  if (url === undefined) throw new Error('package.json of the repository has no repository.url');
  return url.replace(/^git\+/, '').replace(/\.git$/, '');
}
