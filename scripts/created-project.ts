/**
 * What a user of `npm create holdfast` does, from an empty folder to a running service: creates the project from the
 * packed packages, installs it with npm, checks its types, runs its tests, starts it, does what
 * `template/try.ts` of the example says, and ends it. Then the service as its Dockerfile makes it.
 */
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { startLocalRegistry } from './local-registry.ts';
import { run } from './run-command.ts';
import { type StartedProject, startProject } from './started-project.ts';
import type { Tarball } from './tarballs.ts';
import { rootFolder } from './workspace-packages.ts';

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
  // The checks are run by pnpm, whose name npm would take from the environment and hand on.
  const npm = { npm_config_registry: registry, npm_config_user_agent: 'npm/11.0.0' };
  // A cache of its own: npm keeps what `npm create` has fetched by name, not by content.
  const fresh = { ...npm, npm_config_cache: join(place, 'cache') };
  const create = ['create', '--yes', 'holdfast@latest', 'my-service', '--'];
  await run('npm', [...create, '--template', template, '--no-install', '--no-git'], place, fresh);
  const project = join(place, 'my-service');
  await run('npm', INSTALL, project, npm);
  await run('npm', ['run', 'check:types'], project);
  await run('npm', ['test'], project);
  await tryProject(template, project);
  await tryImage(project, join(place, 'image'), npm);
}

/** `npm run dev`, or `npm start` where that is enough, without the watching; then what the example says to try. */
async function tryProject(template: string, project: string): Promise<void> {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    scripts: { start: string; dev?: string };
  };
  const [, ...args] = (scripts.dev ?? scripts.start).replace(' --watch', '').split(' ');
  const service = await startProject(args, project, { PORT: '0' });
  const file = join(rootFolder, 'examples', template, 'template/try.ts');
  const { tryService } = (await import(pathToFileURL(file).href)) as {
    readonly tryService: (started: StartedProject) => Promise<void>;
  };
  await tryService(service);
  await service.end();
}

/** What the Dockerfile builds, without Docker: its dependencies, its sources, its command. */
async function tryImage(project: string, image: string, npm: Environment): Promise<void> {
  mkdirSync(image);
  const dockerfile = readFileSync(join(project, 'deploy/Dockerfile'), 'utf8');
  const [, dependencies = '', service = ''] = dockerfile.split(/^FROM /m);
  for (const [, instruction = '', what = ''] of `${dependencies}${service}`.matchAll(/^(COPY|RUN) (.+)$/gm)) {
    if (instruction === 'COPY') copyInto(image, project, what);
    // What is neither of the two is about the system of the image.
    else if (/^(?:npm|rm) /.test(what)) await run('sh', ['-ec', offline(what)], image, npm);
  }
  const settings = parseEnv(readFileSync(join(project, '.env.development'), 'utf8')) as Environment;
  const [, command = '[]'] = /^CMD (\[.+\])$/m.exec(service) ?? [];
  const [, ...args] = JSON.parse(command) as string[];
  const started = await startProject(args, image, { ...settings, PORT: '0' });
  const { status } = await fetch(`${started.url}/health/ready`);
  if (status !== 200) throw new Error(`/health/ready of the image answered ${status}.`);
  await started.end();
}

/** `COPY a b/*.ts ./c/`, as far as it takes from the project. */
function copyInto(image: string, project: string, what: string): void {
  if (what.startsWith('--')) return;
  const paths = what.split(' ');
  const to = join(image, paths.pop() ?? '');
  for (const path of paths.flatMap((pattern) => globSync(pattern, { cwd: project }))) {
    const from = join(project, path);
    const isFolder = statSync(from).isDirectory();
    cpSync(from, isFolder ? to : join(to, basename(path)), {
      recursive: true,
      filter: (file) => !file.endsWith('.test.ts'),
    });
  }
}

/** `ci` insists on the optional packages of all platforms, of which a mirror need not have each version. */
function offline(command: string): string {
  return command.replace(/^npm ci/, `npm ${INSTALL.join(' ')}`);
}
