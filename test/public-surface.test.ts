import { describe, expect, it } from 'vitest';
import {
  type Declared,
  defaultsOf,
  type Entry,
  exportsOf,
  firstCells,
  literalMember,
  type OptionProperty,
  propertiesOf,
  publicEntries,
  readmeOf,
  typesReached,
} from './public-surface.ts';

const entries = publicEntries();
const packageNames = [...new Set(entries.map(({ packageName }) => packageName))];

function entriesOf(packageName: string): Entry[] {
  return entries.filter((entry) => entry.packageName === packageName);
}

/** Each declaration once, though several entries may export it. */
function exportsOfPackage(packageName: string): Declared[] {
  const all = entriesOf(packageName).flatMap(exportsOf);
  return [...new Map(all.map((one) => [`${one.file} ${one.name} ${one.text}`, one])).values()];
}

function isError({ name, text }: Declared): boolean {
  return name.endsWith('Error') && /^(?:export )?declare (?:abstract )?class /.test(text);
}

function isAbstract({ text }: Declared): boolean {
  return /^(?:export )?declare abstract class /.test(text);
}

/** The options that a package takes, each with the name of its interface. */
function optionsIn(exported: readonly Declared[]): (OptionProperty & { readonly path: string })[] {
  return exported
    .filter(
      ({ name, node }) =>
        /(?:Options|CircuitBreakerSettings)$/.test(name) && node.type === 'TSInterfaceDeclaration',
    )
    .flatMap((one) =>
      propertiesOf(one).map((property) => ({ ...property, path: `${one.name}.${property.name}` })),
    );
}

/** Lines that name an option as code. */
function linesAbout(readme: string, option: string): string[] {
  const asCode = new RegExp(`\`[^\`]*\\b${option}\\b[^\`]*\``);
  return readme.split('\n').filter((line) => asCode.test(line));
}

/** Objects in a list, and what is left to somebody else, are described and not written out. */
function isWritten(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.some((one) => typeof one === 'object'));
}

/** Whether a text holds a default: a number with or without separators, a text, an element of a list. */
function tells(text: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => tells(text, one));
  if (typeof value !== 'number') return text.includes(String(value));
  const written = [String(value), value.toLocaleString('en-US')];
  return written.some((one) =>
    new RegExp(`(?<![\\d.,])${one.replaceAll('.', '\\.')}(?!\\d|[.,]\\d)`).test(text),
  );
}

it('reads every package', () => {
  expect(packageNames).toEqual(expect.arrayContaining(['audit', 'context', 'express', 'queue', 'tracing']));
  expect(entries.flatMap(exportsOf).length).toBeGreaterThan(600);
});

describe.each(packageNames)('the public surface of %s', (packageName) => {
  const exported = exportsOfPackage(packageName);
  const errors = exported.filter(isError);
  const readme = readmeOf(packageName);
  const cells = firstCells(readme);
  const options = optionsIn(exported);

  it('gives each error the name of its class', () => {
    // BullMQ's constructor names its instances itself, so this one sets a name that is not literal.
    const named = errors.filter((one) => !isAbstract(one) && one.name !== 'SqliteBusyError');
    const wrong = named.filter((one) => literalMember(one, 'name') !== one.name);
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('gives each error a code that its README explains', () => {
    const codes = errors
      .filter((one) => !isAbstract(one))
      .map((one) => literalMember(one, 'code') ?? one.name);
    expect(codes.filter((code) => !/^ERR_[A-Z_]+$/.test(code))).toEqual([]);
    expect(codes.filter((code) => !cells.includes(`\`${code}\``))).toEqual([]);
  });

  it('exports the base of its errors', () => {
    if (errors.length > 0) expect(errors.filter(isAbstract)).not.toEqual([]);
  });

  it('tells in each option error which option it is about', () => {
    const aboutOptions = errors.filter((one) => literalMember(one, 'code')?.endsWith('_OPTION'));
    expect(aboutOptions).not.toEqual([]);
    expect(aboutOptions.filter(({ text }) => !text.includes('readonly option: string;'))).toEqual([]);
  });

  it('gives its pages as items and nextCursor, and takes that as cursor', () => {
    const pages = exported.filter(
      ({ name, node }) => name.endsWith('Page') && node.type === 'TSInterfaceDeclaration',
    );
    for (const page of pages) {
      expect(page.text).toMatch(/readonly items: readonly \w+\[\];/);
      expect(page.text).toContain('readonly nextCursor: string | undefined;');
    }
    const askedFor = options.filter(({ docstring }) => /of the page before/.test(docstring));
    expect(askedFor.filter(({ name }) => name !== 'cursor').map(({ path }) => path)).toEqual([]);
  });

  it('names each option in its README', () => {
    const missing = options.filter(({ name }) => linesAbout(readme, name).length === 0);
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  it('says of each option what it is', () => {
    expect(options.filter(({ docstring }) => docstring === '').map(({ path }) => path)).toEqual([]);
  });

  it('gives the defaults of the code in docstrings and README', async () => {
    const wrong: string[] = [];
    for (const [name, values] of await defaultsOf(packageName)) {
      const isNamed = new RegExp(`\\b${name}\\b`);
      const described = options
        .filter((option) => option.name === name || isNamed.test(option.docstring))
        .map(({ docstring }) => docstring);
      const lines = linesAbout(readme, name);
      for (const value of values) {
        if (!isWritten(value)) continue;
        if (described.length > 0 && !described.some((text) => tells(text, value)))
          wrong.push(`docstring of ${name}: ${String(value)}`);
        if (!lines.some((line) => tells(line, value))) wrong.push(`README on ${name}: ${String(value)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('exports every type that its functions, classes and options name', () => {
    // BullMQ hands it around and nobody looks into it.
    const known = new Set(['JobContext', ...entriesOf(packageName).flatMap((entry) => [...entry.exported])]);
    const hidden = entriesOf(packageName)
      .flatMap(typesReached)
      .filter((one) => one.isExported && !known.has(one.name));
    expect([...new Set(hidden.map(({ name }) => name))]).toEqual([]);
  });
});

it('gives no two errors one name or one code', () => {
  const errors = packageNames.flatMap((name) => exportsOfPackage(name).filter(isError));
  const names = errors.map(({ name }) => name);
  const codes = errors.filter((one) => !isAbstract(one)).map((one) => literalMember(one, 'code'));
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
});

it('gives no two sets of defaults one name', () => {
  const defaults = packageNames.flatMap((name) =>
    exportsOfPackage(name)
      .map((one) => one.name)
      .filter((one) => one.endsWith('DEFAULTS')),
  );
  expect(defaults.filter((name, at) => defaults.indexOf(name) !== at)).toEqual([]);
  expect(defaults).not.toContain('DEFAULTS');
});
