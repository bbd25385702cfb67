import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  Application,
  Comment,
  CommentTag,
  type Context,
  Converter,
  type DeclarationReflection,
  type ProjectReflection,
  ReflectionKind,
} from 'typedoc';
import { type EntryPoint, entryPoints } from './entry-points.ts';
import { mendLinks } from './reference-links.ts';
import { rootFolder } from './repository.ts';

const ORDER = ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables', 'Errors', 'References'];

/** Reads the declarations and docstrings of every entry point, as TypeDoc's model. */
export async function readReference(): Promise<{ app: Application; project: ProjectReflection }> {
  const entries = entryPoints();
  const tsconfig = fileURLToPath(new URL('../.reference.tsconfig.json', import.meta.url));
  writeFileSync(
    tsconfig,
    JSON.stringify({
      extends: `${rootFolder}tsconfig.base.json`,
      compilerOptions: { noEmit: true, typeRoots: [`${rootFolder}node_modules/@types`] },
      files: entries.map(({ file }) => file),
    }),
  );
  try {
    const app = await Application.bootstrapWithPlugins(optionsFor(entries, tsconfig));
    app.converter.on(
      Converter.EVENT_RESOLVE_BEGIN,
      (context: Context) => tidy(context.project, entries),
      1000,
    );
    const project = await app.convert();
    if (project === undefined) throw new Error('TypeDoc could not read the sources');
    return { app, project };
  } finally {
    rmSync(tsconfig, { force: true });
  }
}

/** Writes one Markdown page for each entry point below `folder`. */
export async function writeReference(folder: string): Promise<void> {
  const { app, project } = await readReference();
  app.options.setValue('outputs', [{ name: 'markdown', path: folder }]);
  await app.generateOutputs(project);
  const entries = entryPoints();
  for (const entry of entries) addLead(`${folder}/${entry.name}.md`, entry);
  mendLinks(
    folder,
    entries.map(({ name }) => name),
  );
}

/** What stands above the declarations: how they are imported, and where they are explained. */
function addLead(file: string, { name, folder }: EntryPoint): void {
  const page = shorten(readFileSync(file, 'utf8').replace(`# ${name}\n`, ''));
  const head = `---\ntitle: "${name} (API)"\npageClass: reference\n---\n\n# ${name}\n`;
  const lead = `The declarations of \`${name}\`. What they do together is told on the [page of the package](/packages/${folder}/).`;
  writeFileSync(file, `${head}\n${lead}\n${page}`);
}

/** The signature says what is returned and names the type parameters: sections that add nothing to it go. */
function shorten(markdown: string): string {
  return markdown
    .replace(/\n#{4,6} Returns\n\n[^\n]+\n(?=\n(?:#|\*\*\*)|$)/g, '')
    .replace(/\n#{4,6} Type Parameters\n\n\| Type Parameter \|\n\| :-+ \|\n(?:\| [^|\n]* \|\n)+/g, '');
}

function optionsFor(entries: readonly EntryPoint[], tsconfig: string): Record<string, unknown> {
  return {
    name: 'API reference',
    entryPoints: entries.map(({ file }) => file),
    tsconfig,
    basePath: rootFolder,
    displayBasePath: rootFolder,
    plugin: [fileURLToPath(import.meta.resolve('typedoc-plugin-markdown'))],
    // `pnpm check` checks the types, with the compiler that the packages are built with.
    skipErrorChecking: true,
    logLevel: 'Error',
    readme: 'none',
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    disableSources: true,
    router: 'module',
    entryFileName: 'index',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    sort: ['alphabetical'],
    groupOrder: ORDER,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    propertyMembersFormat: 'table',
    tableColumnSettings: {
      hideSources: true,
      hideInherited: true,
      hideOverrides: true,
      hideModifiers: true,
      hideDefaults: true,
      leftAlignHeaders: true,
    },
  };
}

/** Names what TypeDoc names after files, and leaves out what says nothing to a reader. */
function tidy(project: ProjectReflection, entries: readonly EntryPoint[]): void {
  const names = new Map(
    entries.map(({ name, file }) => [file.slice(rootFolder.length).replace(/(?:\/index)?\.ts$/, ''), name]),
  );
  for (const reflection of Object.values(project.reflections)) {
    if (reflection.kind === ReflectionKind.Module)
      reflection.name = names.get(reflection.name) ?? reflection.name;
    // What is destructured in the signature has no name of its own.
    if (reflection.name === '__namedParameters') reflection.name = 'options';
    if (isErrorClass(reflection)) tidyError(project, reflection as DeclarationReflection);
  }
}

function isErrorClass({ kind, name }: { kind: ReflectionKind; name: string }): boolean {
  return kind === ReflectionKind.Class && name.endsWith('Error');
}

/** Errors are caught, not made: their fields count, their constructors do not. */
function tidyError(project: ProjectReflection, error: DeclarationReflection): void {
  error.comment ??= new Comment();
  error.comment.blockTags.push(new CommentTag('@group', [{ kind: 'text', text: 'Errors' }]));
  for (const member of error.children ?? []) {
    if (member.kind === ReflectionKind.Constructor) project.removeReflection(member);
  }
}
