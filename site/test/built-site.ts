import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { rootFolder } from '../src/repository.ts';

/** The folder below which the site is built: links that forget it are found. */
export const BASE = '/holdfast/';

export interface BuiltPage {
  /** From the root of the site: `guides/retry-safely.html`. */
  readonly path: string;
  readonly html: string;
}

/** Builds the site as `npm run docs` does, into a new folder. */
export function buildSite(): string {
  const out = mkdtempSync(join(tmpdir(), 'holdfast-site-'));
  const { status, stderr } = spawnSync(
    'node',
    [join(rootFolder, 'site/src/build.ts'), '--base', BASE, '--out', out],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return out;
}

export function pagesOf(site: string): BuiltPage[] {
  return readdirSync(site, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.html'))
    .map((path) => ({ path, html: readFileSync(join(site, path), 'utf8') }));
}

/** The links and sources of a page that lead nowhere in the site. */
export function deadLinks(site: string, pages: readonly BuiltPage[]): string[] {
  const anchors = new Map(pages.map(({ path, html }) => [path, anchorsOf(html)]));
  return pages.flatMap(({ path, html }) =>
    targetsOf(html)
      .filter((target) => !leadsSomewhere(site, path, target, anchors))
      .map((target) => `${path} → ${target}`),
  );
}

function anchorsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id));
}

function targetsOf(html: string): string[] {
  const targets = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^(?:[a-z]+:|\/\/)/.test(target));
}

function leadsSomewhere(
  site: string,
  from: string,
  target: string,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const [path = '', anchor = ''] = decodeURI(target.replaceAll('&amp;', '&')).split('#', 2);
  if (path.startsWith('/') && !path.startsWith(BASE)) return false;
  const file = fileOf(site, from, path);
  if (file === undefined) return false;
  return anchor === '' || anchors.get(file)?.has(anchor) === true;
}

/** The file that a host without any rules gives for a path. */
function fileOf(site: string, from: string, path: string): string | undefined {
  if (path === '') return from;
  const file = path.startsWith('/') ? path.slice(BASE.length) : posix.join(posix.dirname(from), path);
  const absolute = join(site, file);
  if (!existsSync(absolute)) return undefined;
  if (!statSync(absolute).isDirectory()) return file;
  return existsSync(join(absolute, 'index.html')) ? posix.join(file, 'index.html') : undefined;
}
