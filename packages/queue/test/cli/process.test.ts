import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bury, event, openQueue, Refused } from '../dead-letters/bury.ts';
import { type RunningEngine, STORES, type Where } from '../engines.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function dlq(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const argv = ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning', MAIN, ...args];
    const child = execFile(
      process.execPath,
      argv,
      { env: { PATH: process.env['PATH'], ...env } },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin?.end();
  });
}

function placeOf(where: Where): string[] {
  if (where.backend !== undefined && 'file' in where.backend) return ['--file', where.backend.file];
  if (where.connection !== undefined && 'url' in where.connection)
    return ['--url', where.connection.url ?? ''];
  if (where.backend !== undefined && 'postgres' in where.backend && 'url' in where.backend.postgres)
    return ['--engine', 'postgres', '--url', String(where.backend.postgres.url)];
  throw new Error('the engine has no place that a command line can name');
}

// Each line is a process of its own, slow to start on a busy machine.
describe.each(STORES.filter(({ available }) => available))(
  'holdfast-dlq as a process, on $name',
  { timeout: 120_000 },
  ({ name, start }) => {
    let engine: RunningEngine;
    let queue: string;
    let where: string[];
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());
    beforeEach(async () => {
      const opened = openQueue(engine.where);
      queue = opened.name;
      where = ['--queue', queue, ...placeOf(engine.where)];
      const events = ['payment.failed', 'payment.failed', 'order.created'].map((type, index) =>
        event(`e${index}`, type),
      );
      await bury(opened, events, ({ eventId, eventType }) => {
        if (eventType === 'order.created') throw new TypeError(`no \u001b]0;owned\u0007 ${eventId}`);
        throw new Refused(`card of ${eventId} declined`);
      });
      await opened.close();
    });

    it('lists, shows, retries and discards, and puts on record who did', async () => {
      const listed = await dlq(['list', ...where]);
      expect(listed).toMatchObject({ code: 0, err: '' });
      expect(listed.out).toContain('ID         TYPE            CLASS');
      expect(listed.out).toMatch(/stripe\.e1 {2}payment\.failed {2}permanent .* card of e1 declined/);
      expect(listed.out).toContain('3 shown, 3 dead letters in all.');

      const grouped = await dlq(['list', ...where, '--groups', '--json']);
      const { groups } = JSON.parse(grouped.out) as { groups: { count: number; fingerprint: string }[] };
      expect(groups.map(({ count }) => count)).toEqual([2, 1]);
      const group = groups[0]?.fingerprint ?? '';

      const dry = await dlq(['retry', ...where, '--group', group, '--by', 'ann', '--dry-run']);
      expect(dry).toMatchObject({ code: 0, out: expect.stringContaining('would retry 2 dead letters') });

      const retried = await dlq([
        'retry',
        ...where,
        '--group',
        group,
        '--by',
        'ann',
        '--rate',
        '1000',
        '--yes',
      ]);
      expect(retried).toMatchObject({ code: 0, err: '' });
      expect(retried.out).toMatch(/^retried 2 of 2 dead letters \(run .+\)\n$/);

      const discarded = await dlq([
        'discard',
        'stripe.e2',
        'stripe.nothing',
        ...where,
        '--by',
        'bob',
        '--yes',
      ]);
      expect(discarded).toMatchObject({
        code: 1,
        out: 'discarded stripe.e2\n',
        err: `holdfast-dlq: The queue "${queue}" has no dead letter "stripe.nothing". List them to see the ids there are.\n`,
      });
      expect((await dlq(['list', ...where])).out).toBe(`The queue ${queue} has no dead letters.\n`);

      const opened = openQueue(engine.where, queue);
      const acts = await opened.deadLetters.acts();
      expect(acts.map(({ act, by }) => `${act} by ${by}`).sort()).toEqual([
        'discard by bob',
        'redrive by ann',
        'redrive by ann',
      ]);
      await opened.close();
    });

    // What is written and asked is the same whatever the letters come from.
    it.runIf(name === 'sqlite')(
      'shows a letter in full, and writes no escape sequence of a sender',
      async () => {
        const shown = await dlq(['show', 'stripe.e2', ...where]);
        expect(shown).toMatchObject({ code: 0, err: '' });
        expect(shown.out).toContain('reason      no \\u{1b}]0;owned\\u{7} e2');
        expect(shown.out).toContain('"eventType": "order.created"');
        expect(shown.out).toContain('attempt 1, transient');
        const json = await dlq(['show', 'stripe.e2', ...where, '--json']);
        expect(JSON.parse(json.out)).toMatchObject({
          id: 'stripe.e2',
          reason: 'no \u001b]0;owned\u0007 e2',
          acts: [],
        });
        const all = [shown.out, json.out, (await dlq(['list', ...where])).out].join('');
        expect(all.includes('\u001b') || all.includes('\u0007')).toBe(false);
        expect(await dlq(['show', 'nothing', ...where])).toMatchObject({ code: 1, out: '' });
      },
    );

    it.runIf(name === 'sqlite')('does not discard unless it is told to', async () => {
      const asked = await dlq(['discard', ...where, '--all', '--by', 'ann']);
      expect(asked).toMatchObject({
        code: 2,
        out: '',
        err: 'holdfast-dlq: This would discard 3 dead letters. There is no terminal to ask on: give --yes to confirm, or --dry-run.\n',
      });
      expect((await dlq(['list', ...where, '--json', '--limit', '1'])).out).toContain('"total":3');
    });
  },
);

describe('holdfast-dlq as a process', () => {
  it('names a queue database that is not there, and makes none', async () => {
    expect(await dlq(['list', '--queue', 'q', '--file', '/nowhere/queue.db'])).toMatchObject({
      code: 2,
      err: 'holdfast-dlq: There is no file "/nowhere/queue.db": give --file PATH of the queue\'s database, or --url.\n',
    });
  });

  it('says that the server does not answer, without its password', async () => {
    const ended = await dlq(['list', '--queue', 'q', '--json'], {
      HOLDFAST_DLQ_URL: 'redis://:hunter2@127.0.0.1:1',
    });
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.err)).toMatchObject({ error: { code: 'ERR_QUEUE_UNAVAILABLE' } });
    expect(ended.err).not.toContain('hunter2');
  });

  it('prints its help and its version', async () => {
    expect(await dlq(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('holdfast-dlq retry'),
    });
    expect((await dlq(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
