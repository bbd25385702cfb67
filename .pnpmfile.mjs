import { readFileSync } from 'node:fs';

/**
 * Adds to each package, while it is packed, where it comes from. npm refuses provenance for a package whose
 * `repository` is not the one that builds it. The address stands in one place: `repository` of the package.json beside
 * this file, or, where that has none, the run of GitHub Actions. See docs/releasing.md.
 */
export function withOrigin(manifest, environment) {
  const address = repositoryAddress(environment);
  if (address === undefined) return manifest;
  const directory = `packages/${manifest.name.replace('@holdfast/', '')}`;
  return {
    ...manifest,
    homepage: `${address}/tree/main/${directory}#readme`,
    bugs: `${address}/issues`,
    repository: { type: 'git', url: `git+${address}.git`, directory },
  };
}

/** As a browser shows it: `https://github.com/owner/name`. */
function repositoryAddress({ GITHUB_SERVER_URL, GITHUB_REPOSITORY }) {
  const { repository } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
  const url = repository?.url ?? repository;
  if (url !== undefined) return url.replace(/^git\+/, '').replace(/\.git$/, '');
  return GITHUB_REPOSITORY === undefined ? undefined : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;
}

export const hooks = { beforePacking: (manifest) => withOrigin(manifest, process.env) };
