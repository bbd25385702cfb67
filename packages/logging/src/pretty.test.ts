import { describe, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import { prettyLine } from './pretty.ts';

const TIME = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();

describe('prettyLine', () => {
  it('shows time, level, module, message and the remaining fields', () => {
    const line = `{"level":40,"time":${TIME},"pid":1,"hostname":"h","service":"s","module":"mail","requestId":"r1","attempts":{"n":2},"msg":"retrying"}\n`;
    expect(prettyLine(line)).toBe('03:04:05.006 WARN  [mail] retrying requestId=r1 attempts={"n":2}\n');
  });

  it('shows the stack of err, indented, and its causes', () => {
    const err = { stack: 'Error: outer\n    at a.ts:1', cause: { message: 'inner', cause: 'text' } };
    const line = `${JSON.stringify({ level: 50, time: TIME, msg: 'failed', err })}\n`;
    expect(prettyLine(line)).toBe(
      '03:04:05.006 ERROR failed\n    Error: outer\n        at a.ts:1\n    caused by inner\n    text\n',
    );
  });

  it('colours the level when asked', () => {
    expect(prettyLine(`{"level":30,"time":${TIME},"msg":"m"}\n`, { color: true })).toContain(
      '\u001b[32mINFO \u001b[39m m',
    );
  });

  it('shows control characters, line separators and bidirectional overrides as escapes', () => {
    const msg = 'a\n\u001b[2J\u009b\u202e\u2028b';
    const line = `${JSON.stringify({ level: 30, time: TIME, msg, 'k\n': 'v\r' })}\n`;
    expect(prettyLine(line)).toBe(
      '03:04:05.006 INFO  a\\u000a\\u001b[2J\\u009b\\u202e\\u2028b k\\u000a=v\\u000d\n',
    );
  });

  it('leaves a line that is not JSON as it is', () => {
    expect(prettyLine('plain\n')).toBe('plain\n');
    expect(prettyLine('42\n')).toBe('42\n');
  });

  it('is what a logger writes with format pretty, without ids of its own making', () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    createLogger({ module: 'mail', destination, format: 'pretty' }).info('sent', { to: 3 });
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}\[mail\] sent to=3\n$/);
  });
});
