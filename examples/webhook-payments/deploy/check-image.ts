/**
 * What can be seen of the image without Docker: runs the build steps of the Dockerfile with `/app` and `/data` in a
 * temporary folder, then its command with its environment, as its user where this one may change it, and looks whether
 * the service starts, is ready and ends by itself. `install` is left out: it is done.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

const IMAGE_USER = 1000;
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const text = readFileSync(new URL('./Dockerfile', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'webhook-payments-image-'));
const inFolder = (command: string) => command.replaceAll(/(?<= |=|^)\/(app|data)\b/g, `${folder}/$1`);
const say = (line: string) => process.stdout.write(`${line}\n`);

function stage(name: string): string {
  const found = text.split(/^FROM /m).find((part) => part.split('\n', 1)[0]?.endsWith(` AS ${name}`));
  if (found === undefined) throw new Error(`The Dockerfile has no stage ${name}.`);
  return found;
}

function build(): void {
  for (const [, command = ''] of stage('build').matchAll(/^RUN (.+)$/gm)) {
    if (command.endsWith('install --frozen-lockfile')) continue;
    say(`RUN ${command}`);
    execFileSync('sh', ['-ec', inFolder(command)], {
      cwd: repository,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
}

async function run(): Promise<void> {
  const service = stage('service');
  const [, variables = ''] = /^ENV (.+)$/m.exec(service) ?? [];
  const [, command = '[]'] = /^CMD (\[.+\])$/m.exec(service) ?? [];
  const [, ...args] = JSON.parse(command) as string[];
  const secrets = parseEnv(readFileSync(new URL('../.env.development', import.meta.url), 'utf8'));
  const image = Object.fromEntries(
    variables.split(' ').map((pair) => inFolder(pair).split('=') as [string, string]),
  );
  const user = process.getuid?.() === 0 ? { uid: IMAGE_USER, gid: IMAGE_USER } : {};
  const child = spawn(process.execPath, args, {
    cwd: join(folder, 'app'),
    env: { ...secrets, ...image, HOST: '127.0.0.1', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  });
  const ended = once(child, 'close');
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [
    string,
  ];
  const url = /http:\S+/.exec(String(line))?.[0];
  if (url === undefined) throw new Error('The service ended before it listened.');
  for (const probe of ['startup', 'ready', 'live']) {
    const { status } = await fetch(`${url}/health/${probe}`);
    say(`/health/${probe} ${status}`);
    if (status !== 200) throw new Error(`/health/${probe} answered ${status}.`);
  }
  child.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  say(`after SIGTERM: exit code ${code}`);
  if (code !== 0) throw new Error('The service did not end by itself.');
}

try {
  chmodSync(folder, 0o755);
  build();
  execFileSync('chmod', ['-R', 'a-w', join(folder, 'app')]);
  say(execFileSync('du', ['-sh', 'app'], { cwd: folder, encoding: 'utf8' }).trim());
  await run();
} finally {
  execFileSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true, force: true });
}
