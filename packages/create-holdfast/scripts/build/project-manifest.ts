import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageOf } from '../../../../scripts/source-imports.ts';
import { rootFolder, workspacePackages } from '../../../../scripts/workspace-packages.ts';
import type { Example } from './examples.ts';

type Dependencies = Readonly<Record<string, string>>;

interface ExampleManifest {
  readonly scripts: Dependencies;
  readonly dependencies: Dependencies;
  readonly devDependencies: Dependencies;
}

/** The first version that runs TypeScript without an option. */
const NODE_RANGE = '>=22.18';

/** What every project has to work on it, beside what its tests import. */
const TOOLS = ['@types/node', 'typescript', 'vitest'];

/** The package.json of a project, with ranges that npm knows. @param imported every package that its files import */
export function projectManifest(example: Example, imported: ReadonlySet<string>): object {
  const own = JSON.parse(readFileSync(join(example.folder, 'package.json'), 'utf8')) as ExampleManifest;
  const rangeOf = publishedRanges();
  const ranges = (dependencies: Dependencies) =>
    Object.fromEntries(
      Object.entries(dependencies)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, range]) => [name, rangeOf(name, range)]),
    );
  const scripts = example.scripts.map((name) => [name, standalone(own.scripts[name], name)] as const);
  const tools = Object.fromEntries(TOOLS.map((name) => [name, 'catalog:']));
  return {
    name: example.name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: NODE_RANGE },
    scripts: { ...Object.fromEntries(scripts), test: 'vitest run', 'check:types': 'tsc' },
    dependencies: ranges(own.dependencies),
    devDependencies: ranges({ ...needed(own, imported), ...tools }),
  };
}

function standalone(script: string | undefined, name: string): string {
  if (script === undefined) throw new Error(`The example has no script ${name}.`);
  return script.replaceAll(' --conditions=@holdfast/source', '');
}

/** The development dependencies that are imported, and the types of whatever else is there. */
function needed(
  { dependencies, devDependencies }: ExampleManifest,
  imported: ReadonlySet<string>,
): Dependencies {
  const isNeeded = (name: string) => {
    const described = name.startsWith('@types/') ? name.slice('@types/'.length) : undefined;
    if (described === undefined) return imported.has(name);
    return imported.has(described) || dependencies[described] !== undefined;
  };
  return Object.fromEntries(Object.entries(devDependencies).filter(([name]) => isNeeded(name)));
}

/** `workspace:^` becomes the version of the package, `catalog:` the range of the catalog. */
function publishedRanges(): (name: string, range: string) => string {
  const workspace = readFileSync(join(rootFolder, 'pnpm-workspace.yaml'), 'utf8');
  const { catalog } = parse(workspace) as { catalog: Dependencies };
  const versions = new Map(workspacePackages().map(({ manifest }) => [manifest.name, manifest.version]));
  return (name, range) => {
    if (range === 'catalog:') return known(catalog[name], `${name} is not in the catalog.`);
    if (!range.startsWith('workspace:')) return range;
    const version = known(versions.get(packageOf(name)), `${name} is not published.`);
    return `${range.slice('workspace:'.length)}${version}`;
  };
}

function known(value: string | undefined, problem: string): string {
  if (value === undefined) throw new Error(problem);
  return value;
}
