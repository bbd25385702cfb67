import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './errors.ts';

/** A project to start from, as the build has made it of an example. */
export interface Template {
  /** The name of its folder; also what its files say where a project has its own name. */
  readonly name: string;
  readonly summary: string;
  /** The script of package.json that runs the service on the machine of whoever works on it. */
  readonly script: 'dev' | 'start';
}

/** The templates in their order; the first is the default. */
export function readTemplates(folder: string): readonly [Template, ...Template[]] {
  return JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as [Template, ...Template[]];
}

/** @throws UsageError when there is none of this name */
export function findTemplate(templates: readonly Template[], name: string): Template {
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return found;
  const names = templates.map((template) => template.name).join(', ');
  throw new UsageError(`There is no template '${name}'. There is: ${names}.`);
}
