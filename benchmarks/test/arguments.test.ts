import { describe, expect, it } from 'vitest';
import { readArguments, UsageError } from '../src/harness/arguments.ts';

const AREAS = ['http', 'breaker', 'queue'];

describe('readArguments', () => {
  it('runs every area, with its own rounds, where nothing is said', () => {
    expect(readArguments([], AREAS)).toEqual({ only: AREAS, json: false, readme: false, rounds: undefined });
  });

  it('runs the named areas in the order given, each once', () => {
    expect(readArguments(['--only', 'queue, http,queue'], AREAS).only).toEqual(['queue', 'http']);
  });

  it('takes --json, --readme and --rounds', () => {
    expect(readArguments(['--json', '--rounds=3', '--readme'], AREAS)).toMatchObject({
      json: true,
      rounds: 3,
      readme: true,
    });
  });

  it('names the areas there are when one is unknown', () => {
    expect(() => readArguments(['--only', 'htpp'], AREAS)).toThrow(
      new UsageError('--only: there is no area "htpp". Areas: http, breaker, queue.'),
    );
  });

  it.each(['0', '1.5', '-1', 'many', '1001'])('refuses %s rounds', (rounds) => {
    expect(() => readArguments([`--rounds=${rounds}`], AREAS)).toThrow(
      `--rounds is "${rounds}"; it must be a whole number from 1 to 1000.`,
    );
  });

  it('refuses an option that it does not know', () => {
    expect(() => readArguments(['--quick'], AREAS)).toThrow(UsageError);
  });
});
