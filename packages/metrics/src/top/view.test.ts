import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTopArguments } from './arguments.ts';
import { differenceOf } from './difference.ts';
import { parseExposition } from './exposition.ts';
import { reportOf, type TopReport } from './report.ts';
import { fitted, harmless, harmlessJson, widthOf } from './terminal-text.ts';
import { titleLine, viewLines } from './view.ts';

const LOOK = { at: 0, exposition: parseExposition('') };

function reportWith(route: string): TopReport {
  const empty = reportOf(differenceOf(LOOK, LOOK), 0);
  const figures = { perSecond: 12.3, failedRatio: 0.5, p50Ms: 1, p95Ms: 25_000, p99Ms: undefined };
  return {
    ...empty,
    service: route,
    routes: Array.from({ length: 40 }, () => ({ method: 'GET', route, ...figures })),
    circuits: [
      { circuit: route, state: 'open', callsPerSecond: 1, failuresPerSecond: 1, rejectedPerSecond: 1 },
    ],
    queues: [
      {
        queue: route,
        waiting: 1,
        active: 1,
        delayed: 1,
        oldestJobAgeMs: 1,
        deadLetters: 1,
        spooled: 1,
        donePerSecond: 1,
        p50Ms: 1,
        p95Ms: 1,
        p99Ms: 1,
      },
    ],
    caches: [{ cache: route, perSecond: 1, hitRatio: 0.01, keys: 1, sizeBytes: 2048 }],
  };
}

describe('the screen', () => {
  it('is never wider or higher than the terminal, and obeys no label value', () => {
    const size = fc.record({
      columns: fc.integer({ min: 1, max: 200 }),
      rows: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), size, (route, { columns, rows }) => {
        const lines = [
          titleLine(reportWith(route), 'http://x/metrics', undefined, columns),
          ...viewLines(reportWith(route), { columns, rows }),
        ];
        expect(lines.length).toBeLessThanOrEqual(rows + 1);
        for (const line of lines) {
          expect(widthOf(line)).toBeLessThanOrEqual(columns);
          expect(line).toBe(harmless(line));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('shows what is wrong first: circuits and dead letters stay when there is no room for routes', () => {
    const lines = viewLines(reportWith('mail'), { columns: 80, rows: 11 }).join('\n');
    expect(lines).toContain('mail      OPEN');
    expect(lines).not.toContain('ROUTE');
  });

  it('leaves out figures from the right where the terminal is narrow', () => {
    const [head = ''] = viewLines(reportWith('mail'), { columns: 30, rows: 20 }).filter((line) =>
      line.startsWith('QUEUE'),
    );
    expect(head).toBe('QUEUE  dead  oldest  waiting');
  });
});

describe('text of a stranger', () => {
  it('has its escape sequences, line ends and direction marks shown as ?', () => {
    expect(harmless('a\u001b[2Jb\r\nc\u009b31m\u202edlo\u0007')).toBe('a?[2Jb??c?31m?dlo?');
  });

  it('is escaped in JSON, where it keeps its meaning', () => {
    const text = 'a\u001b[2J\u009b\u202e\u{e0001}é';
    const json = harmlessJson(JSON.stringify(text));
    expect(json).toBe('"a\\u001b[2J\\u009b\\u202e\\udb40\\udc01é"');
    expect(JSON.parse(json)).toBe(text);
  });

  it('is cut between characters, wide ones counted as two', () => {
    expect(fitted('漢字漢字', 5)).toBe('漢字…');
    expect(fitted('abc', 3)).toBe('abc');
    expect(fitted('abc', 0)).toBe('');
  });
});

describe('the command line', () => {
  it('takes an address as short as host and port, and the key from the environment', () => {
    expect(readTopArguments(['localhost:3000'], { METRICS_API_KEY: 'k' })).toEqual({
      url: new URL('http://localhost:3000/metrics'),
      key: 'k',
      intervalMs: 2000,
      once: false,
      json: false,
    });
    expect(readTopArguments(['http://h/m', '--key', 'x', '--interval', '0.5', '--once'], {})).toMatchObject({
      url: new URL('http://h/m'),
      key: 'x',
      intervalMs: 500,
      once: true,
    });
    expect(readTopArguments(['--help'], {})).toBeUndefined();
  });

  it('says what is wrong with it', () => {
    const message =
      (...args: string[]) =>
      () =>
        readTopArguments(args, {});
    expect(message()).toThrow('Say where the metrics are: holdfast-top http://127.0.0.1:3000/metrics');
    expect(message('a', 'b')).toThrow('One service at a time: "b" is too much.');
    expect(message('http://me:secret@h/')).toThrow(
      'The address has a user or a password in it; a key goes to --key or METRICS_API_KEY.',
    );
    expect(message('http://')).toThrow('"http://" is no address');
    expect(message('a', '--interval', '0')).toThrow('--interval is "0"; it must be 0.2 to 3600 seconds.');
    expect(message('a', '--nope')).toThrow("Unknown option '--nope'");
  });
});
