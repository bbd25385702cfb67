import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own, which says on standard output where it listens. */
export interface ServerProcess {
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const EXAMPLES = new URL('../../../examples/', import.meta.url);
const START_LIMIT_MS = 30_000;

/** @param script below `examples` */
export async function startServer(
  script: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const file = fileURLToPath(new URL(script, EXAMPLES));
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', file, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const url = await announced(child, script);
  return {
    url,
    address: new URL(url).host,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function announced(child: ChildProcess, script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (how: string) => {
      child.kill('SIGKILL');
      reject(new Error(`${script} ${how}:\n${output.slice(-2000)}`));
    };
    const timer = setTimeout(() => fail('did not say where it listens'), START_LIMIT_MS);
    child.stderr?.on('data', (chunk: Buffer) => {
      // Read on, so that its log never blocks it; kept only until it listens.
      if (output.length < 10_000) output += chunk.toString();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const url = /listens on (http:\/\/\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}
