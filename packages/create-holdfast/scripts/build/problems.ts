import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { packageOf } from '../../../../scripts/source-imports.ts';
import type { Files } from './sources.ts';

/** What means something in the repository only. */
const OF_THE_REPOSITORY: readonly RegExp[] = [
  /@holdfast\/(?:source|test-servers)|@holdfast-examples/,
  /"(?:workspace|catalog):/,
  /\.\.\/\.\.\/\.\.\//,
  /(?<![\w@/.-])(?:examples|packages|proofs|benchmarks)\//,
  /\bpnpm@|\bnpm run (?:bench|prove|demo)\b/,
  /<!-- include:/,
];

/** What of a project would not work by itself: one line each. */
export function problemsOf(files: Files, importsOf: (path: string) => readonly string[]): string[] {
  const manifest = JSON.parse(files.get('package.json') ?? '{}') as Record<string, Record<string, string>>;
  const declared = { ...manifest['dependencies'], ...manifest['devDependencies'] };
  const problems: string[] = [];
  for (const [path, text] of files) {
    const add = (what: string) => problems.push(`${path}: ${what}`);
    if (text.includes('\0')) add('is no text');
    for (const pattern of OF_THE_REPOSITORY) {
      const found = pattern.exec(text)?.[0];
      if (found !== undefined) add(`has ${found}`);
    }
    for (const specifier of importsOf(path)) {
      if (specifier.startsWith('.')) {
        if (!files.has(join(dirname(path), specifier)))
          add(`imports ${specifier}, which is not in the template`);
      } else if (!isBuiltin(specifier) && declared[packageOf(specifier)] === undefined) {
        add(`imports ${specifier}, which package.json does not declare`);
      }
    }
    if (path.endsWith('.md')) {
      for (const link of relativeLinks(text))
        if (!isThere(files, join(dirname(path), link))) add(`links to ${link}`);
    }
    for (const [, script = ''] of text.matchAll(/\bnpm run ([\w:-]+)/g))
      if (manifest['scripts']?.[script] === undefined) add(`says npm run ${script}, which there is not`);
  }
  return problems;
}

function relativeLinks(markdown: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) =>
    target.replace(/#.*$/, ''),
  );
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

function isThere(files: Files, path: string): boolean {
  const folder = path.replace(/\/$/, '');
  return files.has(folder) || [...files.keys()].some((file) => file.startsWith(`${folder}/`));
}
