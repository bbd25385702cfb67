/**
 * Bundles the entries and commands of the package in the current folder into `dist`, straight from the sources: a file for each
 * entry and one for what several share. A service imports hundreds of small modules measurably slower than a few
 * files. Declarations are `tsc`'s. Why each step is there: docs/decisions/0036.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build, type ChunkingContext, type CodeSplittingGroup, type Plugin } from 'rolldown';
import { commandsOf, entriesOf, type Manifest } from './workspace-packages.ts';

const folder = process.cwd();
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const entries = [...entriesOf({ shortName: '', folder, manifest }).values(), ...commandsOf(manifest)];

const dist = join(folder, 'dist');
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
  if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file));

/** Dependencies stay imports. Node resolves each entry of context anew in each file; one of them has everything. */
const dependencies: Plugin = {
  name: 'dependencies',
  resolveId(id, importer) {
    if (importer === undefined || id.startsWith('.') || isBuiltin(id)) return null;
    const isContext = /^@holdfast\/context(\/(channels|clock|storage))?$/.test(id);
    return { id: isContext ? '@holdfast/context/internal' : id, external: true };
  },
};

/**
 * An import of a built-in module makes Node prepare each of its exports; taking what is needed does not. `node:module`
 * stays an import, since test runners that load modules themselves give their own; `node:http` and `node:https` do, since
 * instrumentations replace what they export.
 */
const builtinsWithoutImport: Plugin = {
  name: 'builtins-without-import',
  renderChunk: (code) =>
    code
      .replaceAll(
        /^import \{ (.*) \} from "(node:(?!module|http).*)";$/gm,
        (_line, names: string, builtin: string) =>
          takenFrom(builtin, `{ ${names.replaceAll(' as ', ': ')} }`),
      )
      .replaceAll(
        /^import (\w+) from "(node:(?!module|http).*)";$/gm,
        (_line, name: string, builtin: string) => takenFrom(builtin, name),
      ),
};

function takenFrom(builtin: string, pattern: string): string {
  return `const ${pattern} = process.getBuiltinModule("${builtin}");`;
}

const sources = Object.fromEntries(
  entries.map((source) => [source.slice('src/'.length, -'.ts'.length), source]),
);
/** An entry that has everything of its package is the file that the others share. */
const { internal, ...inputs } = sources;
const ofRoot = new Set<string>();

/** What the root entry loads at once. What only other entries share must not be loaded with it. */
function isOfRoot(id: string, context: ChunkingContext): boolean {
  if (ofRoot.size === 0) addWithImports(join(folder, 'src/index.ts'), context);
  return ofRoot.has(id);
}

function addWithImports(id: string, context: ChunkingContext): void {
  if (ofRoot.has(id)) return;
  ofRoot.add(id);
  for (const imported of context.getModuleInfo(id)?.importedIds ?? []) addWithImports(imported, context);
}

const withRoot: CodeSplittingGroup = {
  debugName: 'shared with the root',
  name: (id, context) => (isOfRoot(id, context) ? 'shared-with-root' : null),
  minShareCount: 2,
};

const everything: CodeSplittingGroup = {
  debugName: 'everything but tests',
  name: (id) => (id.includes('/testing/') ? null : 'internal'),
};

const { output } = await build({
  cwd: folder,
  input: inputs,
  platform: 'node',
  tsconfig: false,
  plugins: [dependencies, builtinsWithoutImport],
  transform: { target: 'es2024' },
  output: {
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: internal === undefined ? 'shared-[hash].js' : 'internal.js',
    minifyInternalExports: internal === undefined,
    codeSplitting: {
      groups: [internal === undefined ? withRoot : everything, { name: 'shared', minShareCount: 2 }],
    },
  },
});

/** What entries share is loaded with each of them, so an optional peer of one must not be imported by it. */
for (const chunk of output) {
  if (chunk.type !== 'chunk' || chunk.isEntry) continue;
  const optional = chunk.imports.find((name) => manifest.peerDependenciesMeta?.[name]?.optional === true);
  if (optional !== undefined)
    throw new Error(
      `${manifest.name}: ${optional} is imported by code that several entries share. Import it in one entry, or load it where it is used.`,
    );
}
