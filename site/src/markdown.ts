import GithubSlugger from 'github-slugger';
import type { MarkdownOptions } from 'vitepress';
import { type LinkResolver, linkResolver } from './links.ts';

type MarkdownIt = Parameters<NonNullable<MarkdownOptions['config']>>[0];
type Token = ReturnType<MarkdownIt['parse']>[number];

const HTML_TARGET = /\b(href|src|srcset)="([^"]+)"/g;

/** Rewrites the links and pictures of each page for the site, also those written as HTML. */
export function siteLinks(md: MarkdownIt): void {
  md.core.ruler.push('site-links', ({ tokens, env }) => {
    const { path } = env as { path?: string };
    // The search index renders titles, which have no file and no links.
    if (path === undefined) return;
    const resolve = linkResolver(path);
    for (const token of tokens) rewrite(token, resolve);
  });
}

function rewrite(token: Token, resolve: LinkResolver): void {
  for (const name of ['href', 'src']) {
    const value = token.attrGet(name);
    if (value !== null) token.attrSet(name, resolve(value));
  }
  if (token.type.startsWith('html_')) {
    token.content = token.content.replace(HTML_TARGET, (_, name, value) => `${name}="${resolve(value)}"`);
  }
  for (const child of token.children ?? []) rewrite(child, resolve);
}

/** The anchor that GitHub gives a heading, so that one link works in both places. */
export function githubSlug(heading: string): string {
  return new GithubSlugger().slug(heading);
}
