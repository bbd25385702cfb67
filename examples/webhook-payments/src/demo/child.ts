import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  /** The TypeScript file to run. */
  script: URL;
  args?: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Where its standard error goes, appended. */
  logFile: string;
}

export interface Child {
  readonly pid: number;
  /** What it announced on its standard output. */
  readonly url: string;
  isRunning(): boolean;
  /** SIGKILL; answers when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL when that does not help in time; answers with the exit code. */
  stop(): Promise<number | null>;
}

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 12_000;
const ANNOUNCEMENT = /listens on (http:\/\/\S+)/;

const NODE_OPTIONS = [
  '--conditions=@holdfast/source',
  '--import',
  new URL('./end-with-parent.ts', import.meta.url).href,
];

const running = new Set<ChildProcess>();

/** The last resort, when this process ends in a way that nobody foresaw. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a server and answers when it has said where it listens. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const log = openSync(options.logFile, 'a');
  const args = [...NODE_OPTIONS, fileURLToPath(options.script), ...(options.args ?? [])];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', log, 'ipc'],
    env: { ...inherited(), ...options.env },
    // Away from whatever .env lies in the caller's folder.
    cwd: dirname(options.logFile),
  });
  closeSync(log);
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  const url = await announced(child, options.logFile).catch(async (error: unknown) => {
    await end(child, 'SIGKILL');
    throw error;
  });
  return {
    pid: child.pid ?? 0,
    url,
    isRunning: () => running.has(child),
    kill: () => end(child, 'SIGKILL'),
    stop: () => stop(child),
  };
}

export async function killChildren(): Promise<void> {
  await Promise.all([...running].map((child) => end(child, 'SIGKILL')));
}

async function announced(child: ChildProcess, logFile: string): Promise<string> {
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`A process of the demo ${what}: ${lastLineOf(logFile)}`));
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const url = ANNOUNCEMENT.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => fail(`ended (${code ?? signal}) before it listened`));
    timeout.addEventListener('abort', () => fail(`did not listen within ${START_TIMEOUT_MS} ms`));
  });
}

/** What it had to say; the file itself is gone when the demo has ended. */
function lastLineOf(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1) ?? '';
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!running.has(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function stop(child: ChildProcess): Promise<number | null> {
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await end(child, 'SIGTERM');
  clearTimeout(overdue);
  return child.exitCode;
}

/** The service gets what a process needs to run, and no settings that happen to be in the caller's environment. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'];
  const entries = names.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
