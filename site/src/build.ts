/** Builds the site: `node site/src/build.ts [--base /holdfast/] [--out folder]`. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vitepress';
import { writeReference } from './reference.ts';
import { stageFolder, stagePages } from './stage.ts';

const siteFolder = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: process.env['DOCS_BASE'] ?? '/' },
    out: { type: 'string', default: `${siteFolder}dist` },
  },
});

stagePages();
await writeReference(`${stageFolder}reference`);
await build(siteFolder, { base: `/${values.base}/`.replaceAll(/\/+/g, '/'), outDir: resolve(values.out) });
process.stdout.write(`The site is in ${resolve(values.out)}\n`);
