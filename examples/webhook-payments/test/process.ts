import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program of this example in a process of its own, and all it has written. */
export interface Program {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when standard output or standard error matches. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

export interface RunOptions {
  args?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/** @param script below `src` */
export function runProgram(script: string, { args = [], env = {}, cwd }: RunOptions): Program {
  const file = fileURLToPath(new URL(`../src/${script}`, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', file, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(written.stdout) ?? pattern.exec(written.stderr);
        if (match !== null) resolve(match);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      void ended.then(() => {
        look();
        reject(new Error(`It ended without saying ${pattern}:\n${written.stdout}${written.stderr}`));
      });
      look();
    });
  return { child, stdout: () => written.stdout, stderr: () => written.stderr, says, ended };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'webhook-payments-test-'));
}

export const SECRETS = {
  github: 'secret-of-github-0123456789',
  stripe: 'whsec_secret_of_stripe_0123456789',
  paddle: 'pdl_secret_of_paddle_0123456789',
  standard: 'whsec_c2VjcmV0LW9mLXN0YW5kYXJkLTAxMjM0NTY3ODk=',
} as const;

export const OPERATOR_KEY = 'the-operator-key-0123456789';

/** What the service needs to start, with its data in `folder`. */
export function serviceEnvironment(folder: string): Record<string, string> {
  return {
    PORT: '0',
    HOLDFAST_DATA_DIR: folder,
    GITHUB_WEBHOOK_SECRETS: SECRETS.github,
    STRIPE_WEBHOOK_SECRETS: SECRETS.stripe,
    PADDLE_WEBHOOK_SECRETS: SECRETS.paddle,
    STANDARD_WEBHOOK_SECRETS: SECRETS.standard,
    OPERATOR_KEY,
    // Nothing listens there: a test that reaches it has let something through.
    PAYMENT_API_URL: 'http://127.0.0.1:9',
    PAYMENT_API_KEY: 'sk_of_the_payment_api',
  };
}
