import { existsSync, statSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { findImages, findPages, pageOf } from './pages.ts';
import { rootFolder, sourceUrl } from './repository.ts';
import { stageFolder } from './stage.ts';

// A link from the root is one of the site itself.
const EXTERNAL = /^(?:[a-z][a-z\d+.-]*:|\/|#)/i;

/** What the links of one page become on the site. */
export type LinkResolver = (href: string) => string;

const pages = new Map(findPages().map(({ source, page }) => [source, page]));
const sources = new Map([...pages].map(([source, page]) => [page, source]));
const images = new Set(findImages());

/**
 * Links are written for the repository. A page or picture of the site is linked there, a folder by its README, and
 * any other file in the repository.
 *
 * @param stagedFile The Markdown file as staged for the generator.
 * @throws Error of the resolver, when a link leads nowhere.
 */
export function linkResolver(stagedFile: string): LinkResolver {
  const page = relative(stageFolder, stagedFile);
  const source = sources.get(page);
  // Pages of the reference are made for the site, and so are their links.
  if (source === undefined) return (href) => href;
  return (href) => {
    if (EXTERNAL.test(href)) return href;
    const [path = '', anchor] = href.split('#', 2);
    const target = posix.join(dirname(source), decodeURI(path)).replace(/\/$/, '') || '.';
    return `${siteTarget(target, page, source)}${anchor === undefined ? '' : `#${anchor}`}`;
  };
}

function siteTarget(target: string, page: string, source: string): string {
  const readme = posix.join(target, 'README.md');
  const known = pages.get(target) ?? pages.get(readme);
  if (known !== undefined) return fromPage(page, known);
  if (images.has(target)) return fromPage(page, pageOf(target));
  const file = join(rootFolder, target);
  if (!existsSync(file)) throw new Error(`${source} links to ${target}, which does not exist`);
  return sourceUrl(target, statSync(file).isDirectory() ? 'folder' : 'file');
}

function fromPage(page: string, target: string): string {
  const path = posix.relative(dirname(page), target);
  return path.startsWith('.') ? path : `./${path}`;
}
