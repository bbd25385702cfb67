import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A service that runs, as its user started it. */
export interface StartedProject {
  readonly folder: string;
  /** Where it listens. */
  readonly url: string;
  /** What it has written to standard output when it began to listen. */
  readonly output: string;
  /** Sends SIGTERM. @throws Error when it does not end with 0 */
  end(): Promise<void>;
}

/**
 * Runs node in `folder` until the service says where it listens.
 * @throws Error with its log when it ends before that
 */
export async function startProject(
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<StartedProject> {
  const child = spawn('node', args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  const ended = once(child, 'close') as Promise<[number | null]>;
  const listens = new Promise<string>((resolve) => {
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        written[name] += text;
        const [, url] = /^\S+ listens on (http:\S+)\n/m.exec(written.stdout) ?? [];
        if (url !== undefined) resolve(url);
      });
    }
  });
  const url = await Promise.race([listens, ended.then(() => undefined)]);
  if (url === undefined) throw new Error(`The service did not start:\n${written.stdout}${written.stderr}`);
  return {
    folder,
    url,
    output: written.stdout,
    end: async () => {
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`After SIGTERM the service ended with ${code}:\n${written.stderr}`);
    },
  };
}
