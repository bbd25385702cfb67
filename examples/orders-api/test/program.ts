import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The service in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Where it listens. Rejects when it ends before it says so. */
  readonly url: Promise<string>;
  /** The exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** What Node has compiled once: a start takes half the time then. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

/** @param preload a module of this folder that is loaded first */
export function runService(env: Readonly<Record<string, string>>, preload?: string): Program {
  const imports = preload === undefined ? [] : ['--import', new URL(preload, import.meta.url).href];
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', ...imports, MAIN], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const [, found] = /listens on (http:\S+)/.exec(written.stdout) ?? [];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(`The service has ended:\n${written.stderr}`)));
  });
  url.catch(() => undefined);
  return { child, stdout: () => written.stdout, stderr: () => written.stderr, url, ended };
}

export async function stopService({ child, ended }: Program): Promise<number | null> {
  child.kill('SIGTERM');
  return ended;
}
