import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

const NOW = Date.parse('2026-01-31T12:00:00Z');

function read(line: string, env: NodeJS.ProcessEnv = {}) {
  return readArguments(line.split(' ').filter(Boolean), env, NOW);
}

describe('the command line', () => {
  it.each([
    ['', 'No command is given: use list, show, retry or discard, or --help.'],
    ['remove', 'There is no command "remove": use list, show, retry or discard, or --help.'],
    ['list', 'Say which queue: --queue NAME.'],
    ['list -q a --nonsense', "Unknown option '--nonsense'"],
    ['list -q a --by ann', '--by does not go with list; see --help.'],
    ['list -q a x', 'list takes no id; use show ID.'],
    ['list -q a --limit 0', '--limit is "0"; it must be a number from 1 to 1000.'],
    ['list -q a --limit many', '--limit is "many"; it must be a number'],
    ['list -q a --groups --filter type=x', '--groups counts all dead letters'],
    ['show -q a', 'show takes one id: holdfast-dlq show ID.'],
    [
      'retry -q a --by ann',
      'Say which letters to retry: ids, or --group and --filter, or --all; one of the three.',
    ],
    ['discard -q a --all x --by ann', 'Say which letters to discard'],
    ['retry -q a --all', 'Say who asks for it: --by WHO. It goes on record with the retry.'],
    ['retry -q a x --by ann --rate 1', '--run and --rate go with --group, --filter or --all, not with ids.'],
    ['retry -q a --all --by ann --rate 0', '--rate is "0"; it must be a number from 0.001 to 100000.'],
    ['list -q a --engine mysql', '--engine is "mysql"; it must be sqlite, redis or postgres.'],
    ['list -q a --engine redis', '--engine redis needs --url.'],
    ['list -q a --engine sqlite --url redis://x', '--engine sqlite takes --file, not --url.'],
    ['list -q a --url http://x', '--url must begin with redis://, rediss:// or postgresql://.'],
    ['list -q a --url redis://x --file y', 'Give --url or --file, not both.'],
    ['list -q a --group xyz', '--group must be a fingerprint of 16 hexadecimal digits'],
    ['list -q a --filter type', '--filter "type" is not known; use type=, class=, since= or until=.'],
    ['list -q a --filter class=bad', 'filter.failureClass must be one of transient'],
    ['list -q a --filter since=yesterday', 'give a time such as 2026-01-31T08:00Z, or 30m, 12h, 7d ago.'],
  ])('%j is refused: %s', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });

  it('reads conditions, with times as dates or as ages', () => {
    const line =
      'list -q a --group 0123456789abcdef --filter type=a=b --filter class=open --filter since=7d --filter until=2026-01-31T08:00Z';
    expect(read(line)).toMatchObject({
      filter: {
        fingerprint: '0123456789abcdef',
        jobName: 'a=b',
        failureClass: 'open',
        failedSince: NOW - 7 * 86_400_000,
        failedUntil: Date.parse('2026-01-31T08:00:00Z'),
      },
    });
  });

  it('tells the engine by the address, which may be in the environment', () => {
    expect(read('list -q a')).toMatchObject({ place: { engine: 'sqlite', file: undefined } });
    expect(read('list -q a', { HOLDFAST_DLQ_URL: 'rediss://x' })).toMatchObject({
      place: { engine: 'redis' },
    });
    expect(read('list -q a --url postgresql://x')).toMatchObject({ place: { engine: 'postgres' } });
    expect(read('list -q a --file y', { HOLDFAST_DLQ_URL: 'redis://x' })).toMatchObject({
      place: { engine: 'sqlite', file: 'y' },
    });
  });

  it('asks for help before anything else', () => {
    expect(read('retry --help')).toEqual({ name: 'help' });
  });
});
