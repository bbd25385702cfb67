import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLES, readExample } from '../scripts/build/examples.ts';
import { problemsOf } from '../scripts/build/problems.ts';
import { sectionOf } from '../scripts/build/sections.ts';
import { sourcesOf } from '../scripts/build/sources.ts';
import { buildTemplates } from '../scripts/build/templates.ts';

let folder: string;

beforeAll(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'templates-')), 'templates');
  buildTemplates(folder);
});

afterAll(() => {
  rmSync(join(folder, '..'), { recursive: true });
});

const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const manifestOf = (name: string) =>
  JSON.parse(read(name, 'package.json')) as Record<string, Record<string, string>>;

describe('buildTemplates', () => {
  it('makes a folder of each example, and a list of them', () => {
    const index = JSON.parse(read('index.json')) as { name: string; summary: string }[];
    expect(index.map(({ name }) => name)).toEqual(EXAMPLES);
    for (const { name, summary } of index) {
      expect(summary).toMatch(/^\S.{20,100}\S$/);
      expect(readdirSync(join(folder, name))).toEqual(
        expect.arrayContaining([
          'README.md',
          'deploy',
          'gitignore',
          'package.json',
          'src',
          'test',
          'tsconfig.json',
        ]),
      );
    }
  });

  it.each(EXAMPLES)('asks in %s for published packages, and for what it uses of others', (name) => {
    const { scripts, dependencies, devDependencies, ...rest } = manifestOf(name);
    expect(rest).toMatchObject({ name, private: true, type: 'module', engines: { node: '>=22.18' } });
    for (const range of Object.values({ ...dependencies, ...devDependencies }))
      expect(range).toMatch(/^[\^~]?\d+\.\d+\.\d+$|^>=/);
    expect(dependencies).toHaveProperty(['@holdfast/express']);
    expect(devDependencies).toMatchObject({ typescript: expect.any(String), vitest: expect.any(String) });
    expect(devDependencies).not.toHaveProperty(['@holdfast/test-servers']);
    expect(scripts).toMatchObject({
      start: expect.stringMatching(/^node .*src\/main\.ts$/),
      test: 'vitest run',
      'check:types': 'tsc',
    });
  });

  it.each(EXAMPLES)('gives %s compiler settings of its own', (name) => {
    const { compilerOptions } = JSON.parse(read(name, 'tsconfig.json')) as { compilerOptions: object };
    expect(compilerOptions).toMatchObject({ strict: true, noEmit: true, erasableSyntaxOnly: true });
    expect(compilerOptions).not.toHaveProperty('customConditions');
  });

  it('takes the example without what it leaves', () => {
    const example = readExample('webhook-payments');
    const files = [...sourcesOf(example).keys()];
    for (const left of Object.keys(example.leave)) {
      const isReplaced = files.includes(left) && ['README.md', 'deploy/README.md'].includes(left);
      if (!isReplaced && !left.startsWith('deploy/Dockerfile'))
        expect(files.filter((file) => file === left || file.startsWith(`${left}/`))).toEqual([]);
    }
    expect(files).toEqual(expect.arrayContaining(['.env.example', 'src/main.ts', 'test/webhook.test.ts']));
  });

  it('refuses a description that no longer fits its example', () => {
    const example = readExample('webhook-payments');
    expect(() => sourcesOf({ ...example, leave: { 'src/gone': 'why' } })).toThrow('leaves src/gone');
    const replace = [{ file: 'src/main.ts', from: 'no such text', to: '' }];
    expect(() => sourcesOf({ ...example, replace })).toThrow('src/main.ts does not hold the text to replace');
  });
});

describe('problemsOf', () => {
  const manifest = JSON.stringify({ scripts: { dev: '' }, dependencies: { express: '^5' } });
  const problems = (path: string, text: string, ...imports: string[]) =>
    problemsOf(
      new Map([
        ['package.json', manifest],
        ['src/there.ts', ''],
        [path, text],
      ]),
      (file) => (file === path ? imports : []),
    );

  it.each([
    ['a path of the repository', 'context: ../../../x', 'a: has ../../../'],
    ['a folder of the repository', 'see packages/metrics', 'a: has packages/'],
    ['its export condition', 'node --conditions=@holdfast/source', 'a: has @holdfast/source'],
    ['a range of the workspace', '"x": "workspace:^"', 'a: has "workspace:'],
    ['a script that there is not', 'npm run watch', 'a: says npm run watch, which there is not'],
    ['something that is no text', '\0', 'a: is no text'],
  ])('finds %s', (_what, text, problem) => {
    expect(problems('a', text)).toContain(problem);
  });

  it('finds an import of what is not there, and of what is not declared', () => {
    expect(problems('src/a.ts', '', './there.ts', './gone.ts', 'express', 'node:fs', 'pg/lib')).toEqual([
      'src/a.ts: imports ./gone.ts, which is not in the template',
      'src/a.ts: imports pg/lib, which package.json does not declare',
    ]);
  });

  it('finds a link to nowhere', () => {
    expect(
      problems('README.md', '[a](src/there.ts) [b](src/) [c](https://x.example) [d](docs/x.md)'),
    ).toEqual(['README.md: links to docs/x.md']);
  });

  it('has nothing against what stands by itself', () => {
    expect(
      problems('README.md', 'npm run dev, node_modules/@holdfast/metrics/alerts, npm create holdfast'),
    ).toEqual([]);
  });
});

describe('sectionOf', () => {
  it('is a heading with all that stands below it', () => {
    const document = '# Title\n\n## One\n\ntext\n\n### Deeper\n\nmore\n\n## Two\n\nend\n';
    expect(sectionOf(document, 'One')).toBe('## One\n\ntext\n\n### Deeper\n\nmore');
    expect(() => sectionOf(document, 'Three')).toThrow("There is no section 'Three' to include.");
  });
});
