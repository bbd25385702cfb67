/**
 * What a user of `npm create holdfast` does, from an empty folder to a running service: creates the project from the
 * packed packages, installs it with npm, checks its types, runs its tests, starts it, sends it what its `send` script
 * sends, and ends it. Then the service as its Dockerfile makes it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseEnv } from 'node:util';
import { startLocalRegistry } from './local-registry.ts';
import { run } from './run-command.ts';
import type { Tarball } from './tarballs.ts';

type Environment = Readonly<Record<string, string>>;

const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** @throws Error with all that the step has written which failed */
export async function checkCreatedProjects(
  tarballs: readonly Tarball[],
  folder: string,
  progress: (message: string) => void,
): Promise<void> {
  const upstream = (await run('npm', ['config', 'get', 'registry'], folder)).trim();
  await using registry = await startLocalRegistry(tarballs, upstream);
  for (const template of templateNames(tarballs)) {
    const place = join(folder, `created-${template}`);
    mkdirSync(place);
    await checkCreatedProject(template, place, registry.url);
    progress(`npm create holdfast -- --template ${template}: installs, checks, tests, runs, ends`);
  }
}

function templateNames(tarballs: readonly Tarball[]): string[] {
  const create = tarballs.find(({ pkg }) => pkg.shortName === 'create-holdfast');
  if (create === undefined) return [];
  return readdirSync(join(create.pkg.folder, 'templates'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

async function checkCreatedProject(template: string, place: string, registry: string): Promise<void> {
  const npm = { npm_config_registry: registry };
  // A cache of its own: npm keeps what `npm create` has fetched by name, not by content.
  const fresh = { ...npm, npm_config_cache: join(place, 'cache') };
  const create = ['create', '--yes', 'holdfast@latest', 'my-service', '--'];
  await run('npm', [...create, '--template', template, '--no-install', '--no-git'], place, fresh);
  const project = join(place, 'my-service');
  await run('npm', INSTALL, project, npm);
  await run('npm', ['run', 'check:types'], project);
  await run('npm', ['test'], project);
  await tryService(project);
  await tryImage(project, join(place, 'image'), npm);
}

/** `npm run dev` without the watching, and `npm run send`. */
async function tryService(project: string): Promise<void> {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    scripts: { dev: string };
  };
  const [, ...args] = scripts.dev.replace(' --watch', '').split(' ');
  const service = start(args, project, { PORT: '0' });
  const url = new URL(await service.url);
  const effect = await run('npm', ['run', '--silent', 'send'], project, { PORT: url.port });
  if (Object.keys(JSON.parse(effect) as object).length === 0) throw new Error(`No effect: ${effect}`);
  await service.end();
}

/** What the Dockerfile builds, without Docker: its dependencies, its sources, its command. */
async function tryImage(project: string, image: string, npm: Environment): Promise<void> {
  mkdirSync(image);
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(project, file), join(image, file));
  const dockerfile = readFileSync(join(project, 'deploy/Dockerfile'), 'utf8');
  for (const [, command = ''] of dockerfile.matchAll(/^RUN (npm .+|rm .+)$/gm)) {
    // `ci` insists on the optional packages of all platforms, of which a mirror need not have each version.
    const lenient = command.replace(/^npm ci/, `npm ${INSTALL.join(' ')}`);
    await run('sh', ['-ec', lenient], image, npm);
  }
  cpSync(join(project, 'src'), join(image, 'src'), {
    recursive: true,
    filter: (path) => !path.endsWith('.test.ts'),
  });
  const settings = parseEnv(readFileSync(join(project, '.env.development'), 'utf8')) as Environment;
  const [, command = '[]'] = /^CMD (\[.+\])$/m.exec(dockerfile) ?? [];
  const [, ...args] = JSON.parse(command) as string[];
  const service = start(args, image, { ...settings, NODE_ENV: 'production', PORT: '0' });
  const { status } = await fetch(`${await service.url}/health/ready`);
  if (status !== 200) throw new Error(`/health/ready of the image answered ${status}.`);
  await service.end();
  rmSync(image, { recursive: true });
}

interface Service {
  /** Where it listens, as its first line says. */
  readonly url: Promise<string>;
  /** Sends SIGTERM. @throws Error when it does not end with 0 */
  end(): Promise<void>;
}

function start(args: readonly string[], cwd: string, env: Environment): Service {
  const child: ChildProcess = spawn('node', args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const says = async () => {
    if (child.stdout === null) return '';
    const line = once(createInterface({ input: child.stdout }), 'line');
    const [text] = (await Promise.race([line, ended])) as unknown[];
    const url = /http:\/\/\S+/.exec(String(text))?.[0];
    if (url === undefined) throw new Error(`The service did not start:\n${log}`);
    return url;
  };
  return {
    url: says(),
    end: async () => {
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`After SIGTERM the service ended with ${code}:\n${log}`);
    },
  };
}
