import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const CHILD = new URL('./logging-child.ts', import.meta.url).pathname;

let file: string;

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'holdfast-logging-')), 'app.log');
});

afterEach(() => {
  rmSync(join(file, '..'), { recursive: true });
});

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
}

/** Runs the child to its end; sends SIGTERM once it says `terminate` on standard error. */
function run(mode: string, bufferBytes: number, destination = file): Promise<Ended> {
  const args = ['--conditions=@holdfast/source', CHILD, mode, String(bufferBytes), destination];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (stderr.includes('terminate')) child.kill('SIGTERM');
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout })));
}

function numbersIn(text: string): number[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { n, path, statusCode } = JSON.parse(line) as { n?: number; path?: string; statusCode?: number };
    if (path !== undefined && path !== '/') return Number(path.slice(1));
    return n ?? statusCode ?? Number.NaN;
  });
}

const ALL = Array.from({ length: 1000 }, (_, index) => index);

describe('at the end of the process', () => {
  it.each([
    ['exit', 0],
    ['exit', 16_384],
    ['end', 16_384],
    ['throw', 16_384],
    ['throw', 0],
    ['reject', 16_384],
  ])('no line is lost on %s with %i bytes of buffer', async (mode, bufferBytes) => {
    const { signal } = await run(mode, bufferBytes);
    expect(signal).toBeNull();
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(ALL);
  });

  it('no line is lost on a pipe either, when the process exits at once', async () => {
    const { code, stdout } = await run('exit', 0, 'stdout');
    expect(code).toBe(0);
    expect(numbersIn(stdout)).toEqual(ALL);
  });

  it('SIGTERM loses nothing with a handler that exits, lines that wait in memory included', async () => {
    expect(await run('term-handled', 1_000_000)).toMatchObject({ code: 0, signal: null });
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(ALL);
  });

  it('SIGTERM without a handler loses nothing where lines do not wait in memory', async () => {
    expect(await run('term-unhandled', 0)).toMatchObject({ signal: 'SIGTERM' });
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(ALL);
  });

  it('a kill loses at most the bytes that may wait in memory, the last ones', async () => {
    const { signal } = await run('kill', 16_384);
    expect(signal).toBe('SIGKILL');
    const text = readFileSync(file, 'utf8');
    const kept = numbersIn(text);
    expect(kept).toEqual(ALL.slice(0, kept.length));
    const bytesOfOne = text.length / kept.length;
    expect((ALL.length - kept.length) * bytesOfOne).toBeLessThanOrEqual(16_384 + bytesOfOne);
    expect(kept.length).toBeLessThan(ALL.length);
  });

  it('a kill in the same turn loses no request line that a line of the logger came after', async () => {
    const { signal } = await run('requests-same-turn', 0);
    expect(signal).toBe('SIGKILL');
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(ALL);
  });

  it('a kill loses nothing where lines do not wait in memory', async () => {
    const { signal } = await run('kill', 0);
    expect(signal).toBe('SIGKILL');
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(ALL);
  });

  it('a kill after flush loses nothing that was written before it', async () => {
    const { signal } = await run('flush-kill', 1_000_000);
    expect(signal).toBe('SIGKILL');
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(ALL);
  });

  it.each([
    ['an exit', 'requests-exit', 0],
    ['the end of all work', 'requests-end', 0],
    ['the end of all work, with a buffer', 'requests-end', 16_384],
    ['an uncaught exception', 'requests-throw', 0],
    ['flush and SIGKILL', 'requests-flush', 0],
  ])('%s loses no request line, and all lines are in order', async (_end, mode, bufferBytes) => {
    await run(mode, bufferBytes);
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(ALL);
  });

  const TEN = ALL.slice(0, 10);

  it.each([
    ['the end of all work, which does not wait for them', 'held-end', TEN],
    ['process.exit in a handler', 'held-exit-in-handler', TEN],
    ['an uncaught exception', 'held-throw', TEN],
    ['SIGTERM with a handler that exits', 'held-term', TEN],
    ['SIGKILL after an error of the logger', 'held-error', [...TEN, 10]],
    ['SIGKILL 45 ms after their time', 'held-kill-later', TEN],
  ])('%s loses no request line that was held', async (_end, mode, kept) => {
    await run(mode, 0);
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(kept);
  });

  it('SIGKILL in the same turn loses the request lines that were held', async () => {
    expect(await run('held-kill', 0)).toMatchObject({ signal: 'SIGKILL' });
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('a pipe gets the request lines of a process that exits at once', async () => {
    const { code, stdout } = await run('requests-exit', 0, 'stdout');
    expect(code).toBe(0);
    expect(numbersIn(stdout)).toEqual(ALL);
  });

  it('a reader that is slow gets every line', async () => {
    const args = ['--conditions=@holdfast/source', CHILD, 'slow-reader', '0', 'stdout'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').pause();
    // The child says so when the pipe is about to be full; it goes on to write far more.
    child.stderr.once('data', () => child.stdout.on('data', (text: string) => (stdout += text)).resume());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    expect(numbersIn(stdout)).toEqual(ALL);
  });

  it.skipIf(!existsSync('/usr/bin/script'))(
    'a terminal gets readable lines, anything else JSON',
    async () => {
      const command = [process.execPath, '--conditions=@holdfast/source', CHILD, 'tty', '0', 'stdout'].join(
        ' ',
      );
      const terminal = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NO_COLOR: '1' },
      });
      let shown = '';
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
      await new Promise((resolve) => terminal.on('close', resolve));
      expect(shown).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}readable n=1\r?\n$/);
      const { stdout } = await run('tty', 0, 'stdout');
      expect(JSON.parse(stdout)).toMatchObject({ level: 40, msg: 'readable', n: 1 });
    },
  );

  it.skipIf(!existsSync('/dev/full'))('a full disk does not end the process, and is said once', async () => {
    const args = ['--conditions=@holdfast/source', CHILD, 'end', '0', '/dev/full'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    expect(stderr.match(/HOLDFAST_LOG_LOST\] Warning: Log lines are being lost: ENOSPC/g)).toHaveLength(1);
  });

  it('a reader that goes away does not end the process', async () => {
    const args = ['--conditions=@holdfast/source', CHILD, 'broken-pipe', '0', 'stdout'];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdout.once('close', () => child.stdin.end());
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'survived\n' });
  });
});
