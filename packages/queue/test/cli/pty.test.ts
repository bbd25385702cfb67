import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bury, event, openQueue } from '../dead-letters/bury.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Of util-linux: runs a command on a terminal of its own. */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

describe.skipIf(hasScript !== true)('holdfast-dlq on a terminal', { timeout: 120_000 }, () => {
  let folder: string;
  let where: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-pty-'));
    const queue = openQueue({ backend: { file: join(folder, 'queue.db') } });
    where = `--queue ${queue.name} --file ${join(folder, 'queue.db')}`;
    await bury(queue, [event('e1'), event('e2')]);
    await queue.close();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Types the answer when the question has come. */
  async function ask(line: string, answer: string): Promise<{ screen: string; code: unknown }> {
    const node = `${process.execPath} --conditions=@holdfast/source --disable-warning=ExperimentalWarning`;
    const terminal = spawn('script', ['-qec', `${node} ${MAIN} ${line}`, '/dev/null']);
    let screen = '';
    terminal.stdout.on('data', (piece: Buffer) => {
      const asked = screen.includes('?');
      screen += piece.toString();
      if (!asked && screen.includes('?')) terminal.stdin.write(`${answer}\n`);
    });
    const [code] = (await once(terminal, 'close')) as unknown[];
    return { screen, code };
  }

  it('asks before it discards, and does nothing on another answer than yes', async () => {
    const refused = await ask(`discard ${where} --all --by ann`, 'n');
    expect(refused.code).toBe(3);
    expect(refused.screen).toContain('2 dead letters');
    const agreed = await ask(`discard ${where} --all --by ann`, 'y');
    expect(agreed.code).toBe(0);
    expect(agreed.screen).toContain('discarded 2 of 2 dead letters');
  });
});
