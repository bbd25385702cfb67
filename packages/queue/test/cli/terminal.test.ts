import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Terminal } from '../../src/cli/commands.ts';
import { run } from '../../src/cli/run.ts';
import { bury, event, openQueue, Refused } from '../dead-letters/bury.ts';

/** What the command line does on a terminal: a person is asked. */
describe('holdfast-dlq on a terminal', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
    file = join(folder, 'queue.db');
    const queue = openQueue({ backend: { file } }, 'q');
    await bury(
      queue,
      Array.from({ length: 3 }, (_, index) => event(`e${index}`)),
      () => {
        throw new Refused(`日本語の長い理由 ${'x'.repeat(200)}`);
      },
    );
    await queue.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function type(argv: readonly string[], answer = '', signal?: AbortSignal) {
    const said: string[] = [];
    const asked: string[] = [];
    const terminal: Terminal = {
      columns: 100,
      out: (text) => said.push(text),
      err: (text) => said.push(text),
      ask: async (question) => {
        asked.push(question);
        return answer;
      },
    };
    const place = ['--queue', 'q', '--file', file];
    const stop = signal ?? new AbortController().signal;
    const code = await run({ argv: [...argv, ...place], env: {}, terminal, signal: stop });
    return { code, asked, said: said.join('\n') };
  }

  it('asks before it discards, and does nothing for another answer than yes', async () => {
    const answers = ['', 'n', 'yes please'];
    for (const answer of answers) {
      expect(await type(['discard', '--all', '--by', 'ann'], answer)).toEqual({
        code: 3,
        asked: ['Discard 3 dead letters of the queue q for good? [y/N] '],
        said: 'Nothing was done.',
      });
    }
    expect((await type(['discard', 'stripe.e0', '--by', 'ann'])).asked).toEqual([
      'Discard 1 dead letters of the queue q for good? [y/N] ',
    ]);
  });

  it('cuts lines to the width of the terminal, never in the middle of a wide character', async () => {
    const { said } = await type(['list']);
    for (const line of said.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect(said).toMatch(/日本語の.*…$/m);
    expect((await type(['list', '--groups'])).said).toContain('3 dead letters, 1 failures.');
  });

  it('pages', async () => {
    const first = await type(['list', '--limit', '2']);
    const cursor = /--cursor (\S+)/.exec(first.said)?.[1] ?? '';
    expect((await type(['list', '--limit', '2', '--cursor', cursor])).said).toContain(
      '1 shown, 3 dead letters',
    );
    expect((await type(['list', '--filter', 'type=none'])).said).toBe(
      'The queue q has 3 dead letters, none that is meant.',
    );
  });

  it('retries single letters without asking, and says what a dry run would do', async () => {
    expect(await type(['retry', 'stripe.e0', '--by', 'ann', '--dry-run'])).toMatchObject({
      code: 0,
      said: 'would retry stripe.e0',
    });
    expect(await type(['retry', 'stripe.e0', '--by', 'ann'])).toEqual({
      code: 0,
      asked: [],
      said: 'retried stripe.e0',
    });
    expect((await type(['retry', 'stripe.e0', '--by', 'ann', '--json'])).said).toContain(
      '"code":"ERR_QUEUE_DEAD_LETTER_NOT_FOUND"',
    );
  });

  it('tells how to go on when it is stopped, and goes on', async () => {
    const stopped = await type(
      ['retry', '--all', '--by', 'ann', '--run', 'r', '--yes'],
      '',
      AbortSignal.abort(),
    );
    expect(stopped).toMatchObject({ code: 130 });
    expect(stopped.said).toContain('To go on, give the same command with --run r');
    const resumed = await type(['retry', '--all', '--by', 'ann', '--run', 'r'], 'y');
    expect(resumed.asked).toEqual(['Retry 2 dead letters of the queue q? [y/N] ']);
    expect(resumed.said).toBe('retried 2 of 2 dead letters (run r)');
    expect((await type(['list'])).said).toBe('The queue q has no dead letters.');
  });
});
