import { readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import GithubSlugger from 'github-slugger';

/** The anchors of the declarations of a page, by name. */
type Anchors = ReadonlyMap<string, string>;

const LINK = /\[(`?)([\w$]+)`?\]\(([^)#\s]*)#[^)\s]+\)/g;

/**
 * Links to a declaration lead to its heading. TypeDoc counts headings of one name otherwise than Markdown does when a
 * function and a type differ only in case, as `healthProbes()` and `HealthProbes`.
 *
 * @param names The pages without `.md`, below `folder`.
 */
export function mendLinks(folder: string, names: readonly string[]): void {
  const pages = new Map(names.map((name) => [`${name}.md`, readFileSync(`${folder}/${name}.md`, 'utf8')]));
  const anchors = new Map([...pages].map(([page, text]) => [page, anchorsOf(text)]));
  for (const [page, text] of pages) {
    const mended = text.replace(LINK, (link, mark: string, name: string, path: string) => {
      const target = path === '' ? page : posix.join(posix.dirname(page), path);
      const anchor = anchors.get(target)?.get(name);
      return anchor === undefined ? link : `[${mark}${name}${mark}](${path}#${anchor})`;
    });
    writeFileSync(`${folder}/${page}`, linkThrown(mended, anchors.get(page)));
  }
}

/** What a function throws is written in words: the errors that are declared on the page become links. */
function linkThrown(markdown: string, anchors: Anchors | undefined): string {
  return markdown.replace(/(?<=^#{4,6} Throws\n\n)[^\n]+/gm, (words) =>
    words.replace(/(?<![[`\w])[A-Z]\w+Error\b/g, (name) => {
      const anchor = anchors?.get(name);
      return anchor === undefined ? name : `[\`${name}\`](#${anchor})`;
    }),
  );
}

function anchorsOf(markdown: string): Anchors {
  const slugger = new GithubSlugger();
  const anchors = new Map<string, string>();
  for (const [, marks = '', heading = ''] of markdown.matchAll(/^(#{1,6}) (.+)$/gm)) {
    const text = heading.replace(/[`\\]/g, '');
    const anchor = slugger.slug(text);
    if (marks === '###' && !text.endsWith('()')) anchors.set(text.replace(/^abstract /, ''), anchor);
  }
  return anchors;
}
