import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('./children/', import.meta.url));

/** What a child process wrote, and how it ended. */
async function child(file: string, ...nodeOptions: string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout } = await run(process.execPath, [
      '--conditions=@holdfast/source',
      ...nodeOptions,
      `${folder}${file}`,
    ]);
    return { code: 0, output: stdout.trim() };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, output: stdout.trim() };
  }
}

describe('a process', () => {
  it('is not kept alive by a pending retry, an open circuit or a timeout', async () => {
    expect(await child('nothing-else-to-do.ts')).toEqual({ code: 0, output: 'end' });
  });

  it('that has other work sees a pending retry completed', async () => {
    expect(await child('other-work.ts')).toEqual({ code: 0, output: 'fine' });
  });

  it('is kept alive by a pending retry where keepAlive asks for it', async () => {
    expect(await child('keep-alive.ts')).toEqual({ code: 0, output: 'fine' });
  });

  it('does not grow with the number of calls, failures, refusals, timeouts and recoveries', {
    timeout: 120_000,
  }, async () => {
    const { code, output } = await child('soak.ts', '--expose-gc');
    expect(code).toBe(0);
    expect(Number(output)).toBeLessThan(300_000);
  });
});
