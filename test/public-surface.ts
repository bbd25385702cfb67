/** What the packages show to their users, read from the API reports that `pnpm check` keeps up to date. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, parseSync, type TSInterfaceDeclaration } from 'oxc-parser';
import { entriesOf, workspacePackages } from '../scripts/workspace-packages.ts';
import { rootFolder } from './code-blocks.ts';

/** A declaration of an API report with its docstring. */
export interface Declared {
  readonly name: string;
  /** The file that it stands in, for messages. */
  readonly file: string;
  readonly text: string;
  readonly docstring: string;
  readonly node: Declaration;
  /** Where `text` begins in what `node` was parsed from. */
  readonly start: number;
  /** Exported by its own file, so that it is more than a shorthand. */
  readonly isExported: boolean;
}

/** One entry of a package: `queue/index`, `audit/postgres`. */
export interface Entry {
  readonly packageName: string;
  readonly name: string;
  /** What users can import. */
  readonly exported: ReadonlySet<string>;
  /** Everything that stands in the report, by its own name. */
  readonly declared: ReadonlyMap<string, readonly Declared[]>;
}

export interface OptionProperty {
  readonly name: string;
  readonly docstring: string;
}

const packages = join(rootFolder, 'packages');

export function readmeOf(packageName: string): string {
  return readFileSync(join(packages, packageName, 'README.md'), 'utf8');
}

/** The entries of every package that has an API. */
export function publicEntries(): Entry[] {
  return readdirSync(packages).flatMap((packageName) => {
    const folder = join(packages, packageName, 'api');
    return reportsIn(folder).map((file) => readEntry(packageName, join(folder, file), file));
  });
}

function reportsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.d.ts'));
  } catch {
    // A package whose API is its command line.
    return [];
  }
}

function readEntry(packageName: string, path: string, file: string): Entry {
  const exported = new Set<string>();
  const declared = new Map<string, Declared[]>();
  const sections = readFileSync(path, 'utf8').split(/^\/\/ (?=[\w./-]+\.d\.ts$)/m);
  sections.filter(Boolean).forEach((section, index) => {
    const lineEnd = section.indexOf('\n');
    const code = section.slice(lineEnd + 1);
    let end = 0;
    for (const node of parseSync('report.d.ts', code).program.body) {
      const isExported = node.type === 'ExportNamedDeclaration';
      const declaration = isExported ? node.declaration : node;
      if (isExported && index === 0) {
        for (const { local } of node.specifiers) if ('name' in local) exported.add(local.name);
      }
      const name = nameOf(declaration);
      if (name !== undefined) {
        if (isExported && index === 0) exported.add(name);
        const docstring = code.slice(end, node.start).match(/\/\*\*(?:(?!\*\/).)*\*\/\s*$/s)?.[0] ?? '';
        const text = code.slice(node.start, node.end);
        const one = { name, file: section.slice(0, lineEnd), text, docstring, isExported, start: node.start };
        declared.set(name, [...(declared.get(name) ?? []), { ...one, node: declaration as Declaration }]);
      }
      end = node.end;
    }
  });
  return { packageName, name: `${packageName}/${file.replace('.d.ts', '')}`, exported, declared };
}

function nameOf(node: unknown): string | undefined {
  const { id, declarations } = (node ?? {}) as {
    id?: { name?: string } | null;
    declarations?: readonly { id?: { name?: string } }[];
  };
  return id?.name ?? declarations?.[0]?.id?.name;
}

/** What an entry exports, as it is declared. */
export function exportsOf(entry: Entry): Declared[] {
  return [...entry.exported].flatMap((name) => entry.declared.get(name) ?? []);
}

/** The names of types that the declarations of an entry's exports use, and of those that these use in turn. */
export function typesReached(entry: Entry): Declared[] {
  const reached = new Map<string, readonly Declared[]>();
  const waiting = [...entry.exported];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const declarations = entry.declared.get(name);
    if (declarations === undefined || reached.has(name)) continue;
    reached.set(name, declarations);
    for (const { text } of declarations) waiting.push(...(withoutProse(text).match(/\b[A-Z]\w*\b/g) ?? []));
  }
  return [...reached.values()].flat();
}

function withoutProse(text: string): string {
  return text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/'[^'\n]*'|"[^"\n]*"/g, '');
}

/** The value of a literal member of an error class: `readonly code = "ERR_X"`. */
export function literalMember({ text }: Declared, member: string): string | undefined {
  return text.match(new RegExp(`readonly ${member} = ["']([^"']+)["']`))?.[1];
}

/** The properties that an options interface names itself. */
export function propertiesOf({ node, text, start }: Declared): OptionProperty[] {
  const { body } = node as TSInterfaceDeclaration;
  let end = body.start + 1;
  return body.body.flatMap((member) => {
    const before = text.slice(end - start, member.start - start);
    end = member.end;
    if (member.type !== 'TSPropertySignature' || member.key.type !== 'Identifier') return [];
    return [{ name: member.key.name, docstring: before.trim() }];
  });
}

/** Every default of a package by the name of its option, whichever `…_DEFAULTS` it stands in. */
export async function defaultsOf(packageName: string): Promise<Map<string, Set<unknown>>> {
  const found = new Map<string, Set<unknown>>();
  const collect = (value: object) => {
    for (const [name, one] of Object.entries(value)) {
      if (typeof one === 'object' && one !== null && !Array.isArray(one)) collect(one as object);
      else found.set(name, (found.get(name) ?? new Set()).add(one));
    }
  };
  for (const workspacePackage of workspacePackages()) {
    if (workspacePackage.shortName !== packageName) continue;
    for (const source of entriesOf(workspacePackage).values()) {
      const entry: object = await import(join(workspacePackage.folder, source));
      for (const [name, value] of Object.entries(entry))
        if (name.endsWith('_DEFAULTS')) collect(value as object);
    }
  }
  return found;
}

/** The first cell of every row of every table of a README. */
export function firstCells(readme: string): string[] {
  return readme
    .split('\n')
    .filter((line) => /^\|.*\|$/.test(line))
    .map((line) => line.split(/(?<!\\)\|/)[1]?.trim() ?? '');
}
