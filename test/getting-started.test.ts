import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalRegistry, startLocalRegistry } from '../scripts/local-registry.ts';
import { run } from '../scripts/run-command.ts';

import { packAll, type Tarball } from '../scripts/tarballs.ts';
import { workspacePackages } from '../scripts/workspace-packages.ts';
import { rootFolder } from './code-blocks.ts';
import { brokenPromises, scriptOf } from './document-commands.ts';
import { runScript } from './run-script.ts';
import { freePort } from './servers/src/free-port.ts';
import { tutorialSteps } from './tutorial.ts';

const PAGE = 'docs/getting-started.md';
const PORT = 3000;
const LIMIT_MS = 240_000;

/** What the page installs, and what npm brings along with it. */
const PACKAGES = [
  'bullmq-sqlite',
  'context',
  'express',
  'idempotency',
  'lifecycle',
  'logging',
  'metrics',
  'queue',
  'resilience',
  'tracing',
];

describe(PAGE, () => {
  const steps = tutorialSteps(PAGE);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-getting-started-'));
  let registry: LocalRegistry | undefined;
  let output: string;
  let code: number | null;
  let errors: string;

  beforeAll(async () => {
    registry = await startLocalRegistry(await packed(folder));
    const port = await freePort();
    const script = scriptOf(steps).replaceAll(`${PORT}`, `${port}`);
    const ran = await runScript(script, {
      cwd: folder,
      env: { 'npm_config_@holdfast:registry': registry.url, npm_config_prefer_offline: 'true' },
      limitMs: LIMIT_MS,
    });
    ({ code, errors } = ran);
    output = ran.output.replaceAll(`${port}`, `${PORT}`);
  }, 2 * LIMIT_MS);

  afterAll(async () => {
    await registry?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('leads from an empty folder to the end without a command that fails', () => {
    expect(steps.length).toBeGreaterThan(10);
    expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
  });

  it('prints what it says', () => {
    expect(brokenPromises(steps, output)).toEqual([]);
  });
});

/** Built and packed as for the registry; what was built before and has not changed is taken from turbo's cache. */
async function packed(into: string): Promise<Tarball[]> {
  const filters = PACKAGES.flatMap((name) => ['--filter', `@holdfast/${name}`]);
  const build = ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', ...filters];
  await run('npx', ['-y', 'pnpm@12.21.0', ...build], rootFolder);
  return packAll(
    workspacePackages().filter(({ shortName }) => PACKAGES.includes(shortName)),
    into,
  );
}
