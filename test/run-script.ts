import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface ScriptOptions {
  readonly cwd: string;
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take before all of it is killed. */
  readonly limitMs: number;
}

export interface ScriptResult {
  /** null where it was killed. */
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a bash script in a process group of its own, so that nothing it started is left. */
export async function runScript(script: string, { cwd, env, limitMs }: ScriptOptions): Promise<ScriptResult> {
  const child = spawn('bash', ['-c', script], {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => endGroup(child.pid), limitMs);
  // The shell has to have ended before what it left is ended.
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  clearTimeout(timer);
  endGroup(child.pid);
  return { code, output, errors };
}

function endGroup(pid = 0): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
