import { basename, join, relative, resolve } from 'node:path';
import { type Arguments, readArguments, usage } from './arguments.ts';
import { UsageError } from './errors.ts';
import { type PackageManager, packageManagerOf } from './package-manager.ts';
import { beginRepository, installDependencies } from './programs.ts';
import { checkProjectName } from './project-name.ts';
import type { Prompts } from './prompts.ts';
import { checkTargetFolder } from './target-folder.ts';
import { findTemplate, readTemplates, type Template } from './templates.ts';
import { writeProject } from './write-project.ts';

/** What the command has of the world around it. */
export interface Surroundings {
  readonly cwd: string;
  readonly version: string;
  readonly templatesFolder: string;
  /** `npm_config_user_agent`. */
  readonly userAgent: string | undefined;
  /** Undefined where nobody can answer: standard input or output is no terminal. */
  readonly prompts: Prompts | undefined;
  /** For what was asked for. */
  write(text: string): void;
  readonly install: (folder: string, packageManager: PackageManager) => Promise<void>;
}

export const INSTALL: Surroundings['install'] = installDependencies;

/**
 * `create-holdfast`, from its arguments to the next steps.
 * @throws CreateError with the exit code; what it had written is gone, unless only the installation failed
 */
export async function create(args: readonly string[], around: Surroundings): Promise<void> {
  const given = readArguments(args);
  const templates = readTemplates(around.templatesFolder);
  if (given.show === 'help') return around.write(usage(templates));
  if (given.show === 'version') return around.write(`${around.version}\n`);
  if (given.template !== undefined) findTemplate(templates, given.template);

  const target = resolve(around.cwd, await folderOf(given, around));
  const projectName = basename(target);
  checkProjectName(projectName);
  checkTargetFolder(target);
  const template = findTemplate(templates, await templateOf(given, templates, around));
  const packageManager = packageManagerOf(around.userAgent);

  const source = join(around.templatesFolder, template.name);
  writeProject({ source, templateName: template.name, target, projectName, packageManager });
  const folder = relative(around.cwd, target) || '.';
  around.write(`${projectName} is in ${folder}, made from ${template.name}.\n`);
  if (given.git) beginRepository(target);
  if (given.install) await around.install(target, packageManager);
  around.write(nextSteps(folder, given.install, template, packageManager));
}

async function folderOf({ folder }: Arguments, { prompts }: Surroundings): Promise<string> {
  const named = folder ?? (await prompts?.folder());
  if (named === undefined || named === '') {
    throw new UsageError('Name a folder, as in: npm create holdfast my-service. See --help.');
  }
  return named;
}

async function templateOf(
  { template }: Arguments,
  templates: readonly [Template, ...Template[]],
  { prompts }: Surroundings,
): Promise<string> {
  const [first, ...others] = templates;
  if (template !== undefined || prompts === undefined || others.length === 0) return template ?? first.name;
  return prompts.template(templates);
}

function nextSteps(
  folder: string,
  isInstalled: boolean,
  { script }: Template,
  { name, run }: PackageManager,
): string {
  const enter = folder === '.' ? [] : [`cd ${/^[\w./-]+$/.test(folder) ? folder : `'${folder}'`}`];
  const lines = [
    ...enter,
    ...(isInstalled ? [] : [`${name} install`]),
    `${run(script).padEnd(18)} # the service, on this machine, with nothing else to start`,
    `${run('test').padEnd(18)} # its tests`,
  ];
  return `\nNext:\n\n${lines.map((line) => `  ${line}\n`).join('')}\nREADME.md says what is where.\n`;
}
