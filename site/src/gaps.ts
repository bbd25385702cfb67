/** Lists what the reference shows without a docstring: `node site/src/gaps.ts [package …]`. Exits 1 where there is any. */
import { type DeclarationReflection, ReflectionKind, type SignatureReflection } from 'typedoc';
import { readReference } from './reference.ts';

/** What a reader cannot know from the type alone; other members may speak for themselves. */
const NEEDS_WORDS = ReflectionKind.Function | ReflectionKind.Class | ReflectionKind.Method;

function isSilent(reflection: DeclarationReflection): boolean {
  const own: (DeclarationReflection | SignatureReflection)[] = [reflection, ...(reflection.signatures ?? [])];
  return !own.some(({ comment }) => comment?.hasVisibleComponent() ?? false);
}

function isOption({ parent, kind, name }: DeclarationReflection): boolean {
  return kind === ReflectionKind.Property && (parent?.name.endsWith('Options') ?? false) && name !== 'clock';
}

const only = process.argv.slice(2).map((name) => `@holdfast/${name}`);
const { project } = await readReference();
let count = 0;
for (const entry of project.children ?? []) {
  if (only.length > 0 && !only.some((name) => entry.name === name || entry.name.startsWith(`${name}/`)))
    continue;
  const silent: string[] = [];
  entry.traverse(function visit(reflection) {
    const declaration = reflection as DeclarationReflection;
    const counts = reflection.kindOf(NEEDS_WORDS) || isOption(declaration);
    if (counts && isSilent(declaration)) silent.push(reflection.getFullName().slice(entry.name.length + 1));
    reflection.traverse?.(visit);
  });
  count += silent.length;
  if (silent.length > 0) process.stdout.write(`${entry.name}\n  ${[...new Set(silent)].join('\n  ')}\n`);
}
process.stdout.write(`${count} without a docstring\n`);
if (count > 0) process.exitCode = 1;
