import { readFileSync, rmSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryPoints } from '../src/entry-points.ts';
import { findPages } from '../src/pages.ts';
import { repositoryUrl } from '../src/repository.ts';
import { type BuiltPage, buildSite, deadLinks, pagesOf } from './built-site.ts';
import { openBrowser, type SiteBrowser } from './site-browser.ts';

let site: string;
let pages: BuiltPage[];

beforeAll(() => {
  site = buildSite();
  pages = pagesOf(site);
}, 600_000);

afterAll(() => rmSync(site, { recursive: true, force: true }));

function page(path: string): string {
  const found = pages.find((candidate) => candidate.path === path);
  if (found === undefined) throw new Error(`the site has no page ${path}`);
  return found.html;
}

describe('the site', () => {
  it('has no dead link, source or anchor', () => {
    expect(pages.length).toBeGreaterThan(100);
    expect(deadLinks(site, pages)).toEqual([]);
  });

  it('finds a dead link and a dead anchor where there is one', () => {
    const html =
      '<a href="./nowhere.html">a</a> <a href="/index.html">b</a> <a href="#no">c</a> <a href="#yes" id="yes">d</a>';
    expect(deadLinks(site, [{ path: 'index.html', html }])).toEqual([
      'index.html → ./nowhere.html',
      'index.html → /index.html',
      'index.html → #no',
    ]);
  });

  it('gives every page a title of its own and one heading', () => {
    const titles = pages.map(({ html }) => /<title>([^<]+)<\/title>/.exec(html)?.[1]);
    expect(titles.filter((title) => title === undefined)).toEqual([]);
    const without = pages.filter(({ path, html }) => path !== '404.html' && html.split('<h1').length !== 2);
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it('has a page for every document, linked from the side bar', () => {
    const home = page('index.html');
    for (const { page: file } of findPages()) {
      page(file.replace(/\.md$/, '.html'));
      const link = file.replace(/index\.md$/, '').replace(/\.md$/, '.html');
      expect(home).toContain(`href="/holdfast/${link}"`);
    }
  });

  it('links tests and sources in the repository', () => {
    const url = `${repositoryUrl}/blob/main/packages/context/test/from-the-specs.test.ts`;
    expect(page('from-the-specs.html')).toContain(`href="${url}"`);
  });

  it('shows the pictures of the documents', () => {
    expect(page('circuit-breaker-design.html')).toMatch(
      /<img[^>]* src="\/holdfast\/assets\/fleet-calls[^"]*\.svg"/,
    );
  });
});

describe('the reference', () => {
  it('has an entry for every public export of every entry point', () => {
    const missing = entryPoints().flatMap(({ name, file }) => {
      const entries = headingsOf(page(`reference/${name}.html`));
      return exportsOf(file)
        .filter((exported) => !entries.has(exported))
        .map((exported) => `${name}: ${exported}`);
    });
    expect(missing).toEqual([]);
  });

  it('shows what the docstrings say, and links types to their declarations', () => {
    const html = page('reference/@holdfast/lifecycle.html');
    expect(html).toContain('An ordered shutdown.');
    expect(html).toContain('href="#lifecycle"');
    expect(html).toContain('ERR_HEALTH_CHECK_TIMEOUT');
  });
});

describe('the site in a browser', async () => {
  const browser: SiteBrowser | undefined = await openBrowser(() => site);
  afterAll(() => browser?.close());

  it.skipIf(browser === undefined)('finds a function by its name, without a server', async () => {
    expect(await browser?.search('runOnce')).toContain('runOnce');
  });

  it.skipIf(browser === undefined)('has pages no wider than a telephone, in light and dark', async () => {
    const wide: string[] = [];
    for (const path of ['index.html', 'from-the-specs.html', 'reference/@holdfast/queue.html']) {
      if ((await browser?.widthOver(path, 'light')) !== 0) wide.push(`${path} light`);
      if ((await browser?.widthOver(path, 'dark')) !== 0) wide.push(`${path} dark`);
    }
    expect(wide).toEqual([]);
    expect(browser?.errors()).toEqual([]);
  });
});

/** The names in the headings of a reference page: `createHealth()` and `abstract LifecycleError` are two. */
function headingsOf(html: string): Set<string> {
  const headings = [...html.matchAll(/<h3[^>]*>(.*?)<a class="header-anchor"/gs)];
  return new Set(headings.map(([, text = '']) => plain(text).replace(/^(?:abstract|const) |\(\)$/g, '')));
}

function plain(html: string): string {
  return html
    .replace(/<[^>]+>/g, '')
    .replaceAll('​', '')
    .trim();
}

function exportsOf(file: string): string[] {
  const { module } = parseSync(file, readFileSync(file, 'utf8'));
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ exportName }) => (exportName.name === null ? [] : [exportName.name])),
  );
}
