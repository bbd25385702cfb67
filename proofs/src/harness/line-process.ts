/** A child process that can be killed at any moment and whose printed lines are its history up to then. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface LineProcess {
  /** SIGKILL: no handler runs. Resolves when the process is gone and its last line is read. */
  kill(): Promise<void>;
  /** SIGTERM, and a limit after which it is killed; resolves with whether it ended by itself with code 0. */
  end(limitMs: number): Promise<boolean>;
  /** What it wrote to standard error, the last part of it. */
  errors(): string;
  readonly exited: boolean;
}

const STDERR_KEPT_CHARACTERS = 4_000;

/** Starts a TypeScript file of this package; `onLine` gets every line it prints. */
export function startLineProcess(
  file: URL,
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): LineProcess {
  const args = [
    '--conditions=@holdfast/source',
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(file),
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', onLine);
  const closed = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-STDERR_KEPT_CHARACTERS);
  });
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
    end: (limitMs) => end(child, closed, limitMs),
    errors: () => errors,
    get exited() {
      return child.exitCode !== null || child.signalCode !== null;
    },
  };
}

async function end(child: ChildProcess, closed: Promise<unknown>, limitMs: number): Promise<boolean> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await closed;
  clearTimeout(timer);
  return child.exitCode === 0;
}
