import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { CHROMIUM_ARGUMENTS, chromium as findChromium } from '@holdfast/test-servers';
import { chromium, type Page } from 'playwright-core';
import { BASE } from './built-site.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface SiteBrowser {
  /** The titles that a search shows. */
  search(words: string): Promise<string>;
  /** By how many pixels a page is wider than a telephone of 390. */
  widthOver(path: string, colorScheme: 'light' | 'dark'): Promise<number>;
  /** What pages complained of. */
  errors(): readonly string[];
  close(): Promise<void>;
}

/** A browser and a host that only hands out files; undefined where there is no Chromium. */
export async function openBrowser(site: () => string): Promise<SiteBrowser | undefined> {
  const executablePath = findChromium();
  if (executablePath === undefined) return undefined;
  const server = createServer((request, response) => {
    const path = decodeURI(new URL(request.url ?? '/', 'http://site').pathname);
    const file = join(site(), path.slice(BASE.length));
    if (!path.startsWith(BASE) || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`;
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] });
  const errors: string[] = [];

  async function onPage<T>(path: string, options: object, work: (page: Page) => Promise<T>): Promise<T> {
    const page = await browser.newPage(options);
    page.on('pageerror', (error) => errors.push(`${path}: ${error.message}`));
    await page.goto(`${url}${path}`, { waitUntil: 'networkidle' });
    const result = await work(page);
    await page.close();
    return result;
  }

  return {
    search: (words) =>
      onPage('index.html', {}, async (page) => {
        await page.keyboard.press('Control+k');
        await page.locator('#localsearch-input').fill(words);
        const results = page.locator('#localsearch-list .result').first();
        await results.waitFor();
        return (await page.locator('#localsearch-list').textContent()) ?? '';
      }),
    widthOver: (path, colorScheme) =>
      onPage(path, { viewport: { width: 390, height: 844 }, colorScheme }, (page) =>
        page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)'),
      ),
    errors: () => errors,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}
