import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { followingChangeset, pendingChangesets, releasedBy } from '../scripts/release/changesets.ts';
import { type PackedManifest, releaseProblems } from '../scripts/release/release-problems.ts';
import { rootFolder, workspacePackages } from '../scripts/workspace-packages.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly environment?: string;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const read = (path: string) => readFileSync(join(rootFolder, path), 'utf8');
const workflows = readdirSync(join(rootFolder, '.github/workflows')).map(
  (name) => [name, parse(read(`.github/workflows/${name}`)) as Workflow] as const,
);
const release = workflows.find(([name]) => name === 'release.yml')?.[1];
const { scripts, repository } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  repository?: unknown;
};

describe('the workflows', () => {
  it('are those of CI and of the release', () => {
    expect(workflows.map(([name]) => name)).toEqual(expect.arrayContaining(['ci.yml', 'release.yml']));
  });

  it.each(workflows)('%s pins every action by its commit, with the version beside it', (name, { jobs }) => {
    const text = `${read(`.github/workflows/${name}`)}${read('.github/actions/setup/action.yml')}`;
    const uses = [...text.matchAll(/\buses: (.+)$/gm)].map(([, action = '']) => action);
    expect(uses.length).toBeGreaterThan(1);
    for (const action of uses) expect(action).toMatch(/^\.\/|^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(Object.values(jobs).every(({ steps }) => steps.length > 0)).toBe(true);
  });

  it.each(workflows)('%s runs scripts that there are, and keeps no secret', (name, { jobs }) => {
    expect(read(`.github/workflows/${name}`)).not.toMatch(/secrets\.|NPM_TOKEN|NODE_AUTH_TOKEN/);
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run));
    for (const [, script = ''] of commands.join('\n').matchAll(/npm run ([\w:-]+)/g))
      expect(scripts).toHaveProperty([script]);
  });

  it('may write nothing unless a job says so', () => {
    for (const [, { permissions }] of workflows)
      expect(Object.values(permissions).filter((right) => right !== 'read')).toEqual([]);
  });

  it('give the right to an identity to the job that publishes, behind an environment, and to no other', () => {
    const withIdentity = workflows.flatMap(([name, { jobs }]) =>
      Object.entries(jobs)
        .filter(([, { permissions }]) => permissions?.['id-token'] === 'write')
        .map(([job, { environment }]) => [name, job, environment]),
    );
    expect(withIdentity).toEqual([['release.yml', 'publish', 'npm']]);
  });

  it('build and pack where nothing can be published', () => {
    expect(release?.jobs['pack']?.permissions).toEqual({ contents: 'read' });
    const commands = release?.jobs['publish']?.steps.flatMap(({ run }) => run ?? []);
    expect(commands).toEqual([]);
  });
});

describe('every public package', () => {
  const packages = workspacePackages().map((pkg) => [pkg.manifest.name, pkg] as const);

  it.each(packages)('%s has what npm and its readers need', (_name, { shortName, folder }) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackedManifest;
    expect(
      releaseProblems({ ...manifest, dependencies: {}, peerDependencies: {} }, `packages/${shortName}`),
    ).toEqual([]);
  });

  it.each(packages)('%s gets its first version from a changeset, or has one', (name, { manifest }) => {
    const released = pendingChangesets(join(rootFolder, '.changeset')).flatMap(releasedBy);
    if (manifest.version === '0.0.0') expect(released).toContain(name);
  });

  it('leaves its address to the one place that knows it', async () => {
    for (const [, { manifest }] of packages) expect(manifest).not.toHaveProperty('repository');
    const { withOrigin } = (await import(join(rootFolder, '.pnpmfile.mjs'))) as {
      readonly withOrigin: (manifest: object, environment: object) => object;
    };
    const run = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/holdfast' };
    if (repository === undefined) {
      expect(withOrigin({ name: '@holdfast/queue' }, {})).toEqual({ name: '@holdfast/queue' });
      expect(withOrigin({ name: '@holdfast/queue' }, run)).toEqual({
        name: '@holdfast/queue',
        homepage: 'https://github.com/acme/holdfast/tree/main/packages/queue#readme',
        bugs: 'https://github.com/acme/holdfast/issues',
        repository: {
          type: 'git',
          url: 'git+https://github.com/acme/holdfast.git',
          directory: 'packages/queue',
        },
      });
    }
    const stamped = withOrigin({ name: 'create-holdfast' }, run);
    expect(stamped).toHaveProperty('repository.directory', 'packages/create-holdfast');
  });
});

describe('releaseProblems', () => {
  it('names whatever npm would refuse', () => {
    const manifest = {
      name: '@holdfast/x',
      version: '1.0.0',
      private: true,
      dependencies: { '@holdfast/context': 'workspace:^' },
      repository: { type: 'git', url: 'https://example.com/x', directory: 'x' },
    };
    expect(releaseProblems(manifest, 'packages/x')).toEqual([
      'depends on @holdfast/context at workspace:^, which npm does not know',
      'is private',
      'publishConfig.access is not public',
      'publishConfig.provenance is not true',
      'license is not MIT',
      'has no description of 40 characters',
      'has less than three keywords',
      'engines.node is missing',
      'files is missing',
      'repository is git https://example.com/x, not git git+https://github.com/OWNER/NAME.git',
      'repository.directory is x, not packages/x',
    ]);
  });
});

describe('a release', () => {
  it('takes create-holdfast along, whose templates name the versions of the others', () => {
    const minor = "---\n'@holdfast/queue': minor\n\"@holdfast/events\": patch\n---\n\nNews: 'x': minor\n";
    expect(releasedBy(minor)).toEqual(['@holdfast/queue', '@holdfast/events']);
    expect(followingChangeset([minor])).toBe(
      "---\n'create-holdfast': patch\n---\n\nThe templates use the packages of this release.\n",
    );
    expect(followingChangeset([minor, "---\n'create-holdfast': minor\n---\n\nNew.\n"])).toBeUndefined();
    expect(followingChangeset([])).toBeUndefined();
  });

  it('reads the changesets and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'changesets-'));
    writeFileSync(join(folder, 'config.json'), '{}');
    writeFileSync(join(folder, 'README.md'), 'How it works');
    writeFileSync(join(folder, 'one.md'), 'one');
    expect(pendingChangesets(folder)).toEqual(['one']);
    rmSync(folder, { recursive: true });
  });
});
