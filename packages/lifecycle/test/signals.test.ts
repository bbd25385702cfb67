import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';

const children: ChildProcessWithoutNullStreams[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Service {
  readonly child: ChildProcessWithoutNullStreams;
  readonly url: string;
  /** What the child has said, the port left out. */
  readonly said: string[];
  readonly warnings: () => string;
  line(text: string): Promise<void>;
  ended(): Promise<{ code: number | null; signal: string | null }>;
}

async function start(...flags: string[]): Promise<Service> {
  return startBy([], ...flags);
}

/** @param wrapper a command that runs the command after it */
async function startBy(wrapper: readonly string[], ...flags: string[]): Promise<Service> {
  const path = join(import.meta.dirname, 'children', 'service.ts');
  const [command = '', ...args] = [
    ...wrapper,
    process.execPath,
    '--conditions=@holdfast/source',
    path,
    ...flags,
  ];
  const child = spawn(command, args);
  children.push(child);
  const said: string[] = [];
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += String(data);
  });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => said.push(line));
  const line = async (text: string) => {
    while (!said.some((one) => one.startsWith(text))) await once(lines, 'line');
  };
  await line('port ');
  const port = said.shift()?.slice('port '.length);
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    said,
    warnings: () => errors,
    line,
    async ended() {
      const [code, signal] = (await ended) as [number | null, string | null];
      return { code, signal };
    },
  };
}

describe('SIGTERM', () => {
  it.each([['own'], ['default']])(
    'ends the requests in progress with readiness at 503, runs the steps in order and lets the process end with 0 (%s lifecycle)',
    async (flag) => {
      const service = await start(flag);
      expect((await fetch(`${service.url}/ready`)).status).toBe(200);
      const answer = fetch(service.url);
      await service.line('request');
      service.child.kill('SIGTERM');
      expect(await (await answer).text()).toBe('ready answers 503');
      expect(await service.ended()).toEqual({ code: 0, signal: null });
      expect(service.said).toEqual(['request', 'worker stopped', 'traces flushed', 'store closed']);
      expect(service.warnings()).toBe('');
    },
  );

  it('goes on past a step that hangs, warns of it and ends with 1', async () => {
    const service = await start('hang');
    service.child.kill('SIGTERM');
    expect(await service.ended()).toEqual({ code: 1, signal: null });
    expect(service.said).toEqual(['worker stopped', 'traces flushed', 'store closed']);
    expect(service.warnings()).toContain(
      'The shutdown step "stuck" of phase flush is timed-out: ERR_LIFECYCLE_STEP_TIMEOUT.',
    );
  });

  it('ends a process that something keeps alive, as it would without this package', async () => {
    const service = await start('linger');
    service.child.kill('SIGTERM');
    expect(await service.ended()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(service.said).toEqual(['worker stopped', 'traces flushed', 'store closed']);
  });
});

describe('SIGINT', () => {
  it('begins the same shutdown', async () => {
    const service = await start();
    service.child.kill('SIGINT');
    expect(await service.ended()).toEqual({ code: 0, signal: null });
    expect(service.said).toEqual(['worker stopped', 'traces flushed', 'store closed']);
  });
});

describe('a second signal', () => {
  it('ends the process at once, in the middle of a step', async () => {
    const service = await start('hang-long');
    service.child.kill('SIGTERM');
    await service.line('stuck');
    service.child.kill('SIGINT');
    expect(await service.ended()).toEqual({ code: null, signal: 'SIGINT' });
    expect(service.said).not.toContain('store closed');
  });
});

/** A process namespace of its own, as a container has; only some systems allow it to this user. */
const AS_FIRST_PROCESS = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const canUnshare = spawnSync(AS_FIRST_PROCESS[0] ?? '', [...AS_FIRST_PROCESS.slice(1), 'true']).status === 0;

describe.skipIf(!canUnshare)('process 1 of a container', () => {
  /** The service itself, the child of `unshare`. */
  const signal = (service: Service, name: string) =>
    spawnSync('pkill', [`-${name.slice('SIG'.length)}`, '-P', String(service.child.pid)]);

  it('runs its steps on SIGTERM and ends with 0', async () => {
    const service = await startBy(AS_FIRST_PROCESS);
    signal(service, 'SIGTERM');
    expect(await service.ended()).toEqual({ code: 0, signal: null });
    expect(service.said).toEqual(['worker stopped', 'traces flushed', 'store closed']);
  });

  it('ends at once on a second signal, though the kernel gives it none without a listener', async () => {
    const service = await startBy(AS_FIRST_PROCESS, 'hang-long');
    signal(service, 'SIGTERM');
    await service.line('stuck');
    signal(service, 'SIGTERM');
    expect(await service.ended()).toEqual({ code: 143, signal: null });
  });

  it('ends though something keeps it alive', async () => {
    const service = await startBy(AS_FIRST_PROCESS, 'linger');
    signal(service, 'SIGTERM');
    expect(await service.ended()).toEqual({ code: 143, signal: null });
    expect(service.said).toEqual(['worker stopped', 'traces flushed', 'store closed']);
  });
});
