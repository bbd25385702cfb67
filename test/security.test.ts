import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../scripts/run-command.ts';
import { workspacePackages } from '../scripts/workspace-packages.ts';
import { rootFolder } from './code-blocks.ts';

const PAGE = 'docs/security.md';
const LINK = /\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g;

/** What a service keeps: a queue, and what waits for a server that is away. */
const KEEPER = `
import { createWebhookQueue } from '@holdfast/queue';
process.umask(UMASK);
const event = { eventId: 'evt_1', eventType: 'paid', payload: '{}', provider: 'stripe', receivedAt: 1 };
const patience = { enqueueTimeoutMs: 30_000 };
const kept = createWebhookQueue({ queueName: 'kept', backend: { file: './queue.db' }, ...patience });
await kept.enqueue(event);
const connection = { host: '127.0.0.1', port: 1 };
const spooled = createWebhookQueue({ queueName: 'spooled', connection, whenUnavailable: 'spool', spool: { folder: './spool' }, onError: () => {} });
await spooled.enqueue(event);
process.kill(process.pid, 'SIGKILL');
`;

describe(PAGE, () => {
  const links = [...readFileSync(join(rootFolder, PAGE), 'utf8').matchAll(LINK)];
  const claims = links.map(([, title = '', file = '']) => [title, file] as const);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-security-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has many claims', () => {
    expect(claims.length).toBeGreaterThan(40);
  });

  it.each(claims.filter(([title]) => title !== 'A test'))('links a test that is there: %s', (title, file) => {
    const source = readFileSync(join(rootFolder, file), 'utf8');
    const quoted = [`'${title}'`, `"${title}"`, `\`${title}\``];
    expect(quoted.some((text) => source.includes(text))).toBe(true);
  });

  /** @returns what lies in the folder then */
  async function keepIn(place: string, umask: string): Promise<string[]> {
    const program = KEEPER.replaceAll("'./", `'${place}/`).replace('UMASK', umask);
    const args = ['--conditions=@holdfast/source', '--input-type=module', '--eval', program];
    // It kills itself, so that nothing is tidied up.
    await run('node', args, join(rootFolder, 'benchmarks')).catch(() => undefined);
    const files = readdirSync(place, { recursive: true, encoding: 'utf8' });
    expect(files).toContain('queue.db');
    expect(files.some((name) => /^spool\/./.test(name))).toBe(true);
    return files;
  }

  const isOpenToOthers = (path: string) => (statSync(path).mode & 0o077) !== 0;

  it('under umask 077 nobody else can read what a service keeps', async () => {
    const files = await keepIn(folder, '0o077');
    expect(files.filter((name) => isOpenToOthers(join(folder, name)))).toEqual([]);
  });

  it('makes the folders that are missing for their owner alone, whatever the umask', async () => {
    const made = join(folder, 'not', 'there', 'yet');
    await keepIn(made, '0o022');
    const folders = [join(folder, 'not'), join(folder, 'not/there'), made, join(made, 'spool')];
    expect(folders.filter(isOpenToOthers)).toEqual([]);
  });

  it('no package has an install script', () => {
    const scripts = workspacePackages().flatMap(({ manifest }) => {
      const own = (manifest as { scripts?: Readonly<Record<string, string>> }).scripts ?? {};
      return Object.keys(own).filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name));
    });
    expect(scripts).toEqual([]);
  });
});
