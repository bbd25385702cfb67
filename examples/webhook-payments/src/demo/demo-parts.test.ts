import { describe, expect, it } from 'vitest';
import { findLeaks } from './leaks.ts';
import { parseOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { createStyle } from './report/style.ts';

describe('parseOptions', () => {
  it('is a full run on SQLite when nothing is said', () => {
    expect(parseOptions([])).toMatchObject({ json: false, redis: false, scale: 'full', svg: undefined });
  });

  it('names the option that cannot be used', () => {
    expect(() => parseOptions(['--scale', 'huge'])).toThrow("--scale is 'huge'; it must be full or small.");
    expect(() => parseOptions(['--jsn'])).toThrow("'--jsn'");
  });
});

describe('findLeaks', () => {
  it('says which secret is where, and not what it is', () => {
    const leaks = findLeaks({ 'the log': 'a line with hunter2 in it', 'the spans': '' }, [
      ['the key', 'hunter2'],
    ]);
    expect(leaks).toEqual(['the key is in the log']);
  });
});

describe('createProgress', () => {
  const figures = {
    sent: 5,
    accepted: 4,
    done: 3,
    retried: 1,
    dead: 0,
    active: 1,
    waiting: 0,
    circuit: 'CLOSED',
  };

  it('writes plain lines where there is no terminal, and not too many', () => {
    let output = '';
    const progress = createProgress({ write: (text) => (output += text) }, 10, createStyle(false));
    progress.show(figures);
    progress.show(figures);
    progress.end();
    expect(output).toMatch(/^ +0\.\d s {2}sent 5 {2}accepted 4 {2}done 3 .* circuit CLOSED\n$/);
  });

  it('draws over its own lines on a terminal and leaves nothing behind', () => {
    let output = '';
    const stream = { isTTY: true, columns: 80, write: (text: string) => (output += text) };
    const progress = createProgress(stream, 10, createStyle(false));
    progress.show(figures);
    progress.end();
    expect(output.endsWith('\r\u001b[2K\u001b[1A\r\u001b[2K')).toBe(true);
    expect(output).toContain('████████████░░░');
  });
});
