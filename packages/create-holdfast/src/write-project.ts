import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { WriteProjectError } from './errors.ts';
import { DOCKER_LINES, type PackageManager } from './package-manager.ts';
import { serviceNameOf } from './project-name.ts';

export interface ProjectPlan {
  /** Where the template is. */
  readonly source: string;
  /** What the template's files say where this project says its own name. */
  readonly templateName: string;
  readonly target: string;
  readonly projectName: string;
  readonly packageManager: PackageManager;
}

/** npm leaves these out of a package, so that they travel under other names. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/**
 * Writes the project, file by file, and none over another. When one fails, what was written is removed again, and what
 * was there before stays.
 * @throws WriteProjectError with the cause
 */
export function writeProject(plan: ProjectPlan): void {
  const written: string[] = [];
  const made: string[] = [];
  try {
    for (const [path, text] of filesOf(plan)) {
      const file = join(plan.target, path);
      makeFolder(dirname(file), made);
      // `wx`: fails where something is, also what came there this moment.
      const descriptor = openSync(file, 'wx');
      written.push(file);
      try {
        writeFileSync(descriptor, text);
      } finally {
        closeSync(descriptor);
      }
    }
  } catch (cause) {
    for (const file of written) rmSync(file, { force: true });
    for (const folder of made.reverse()) removeIfEmpty(folder);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WriteProjectError(`The project could not be written: ${why}. What was written is removed.`, {
      cause,
    });
  }
}

/** Path and text of each file, with the project's name in it. */
function* filesOf({ source, templateName, projectName, packageManager }: ProjectPlan) {
  const serviceName = serviceNameOf(projectName);
  const paths = readdirSync(source, { recursive: true, encoding: 'utf8' }).sort();
  for (const path of paths) {
    if (statSync(join(source, path)).isDirectory()) continue;
    const text = readFileSync(join(source, path), 'utf8').replaceAll(templateName, serviceName);
    const name = RENAMED[path] ?? path;
    if (name === 'package.json') yield [name, named(text, projectName)] as const;
    else if (path === join('deploy', 'Dockerfile'))
      yield [name, withDockerLines(text, packageManager)] as const;
    else yield [name, text] as const;
  }
  yield* Object.entries(packageManager.files);
}

function named(manifest: string, name: string): string {
  return `${JSON.stringify({ ...(JSON.parse(manifest) as object), name }, undefined, 2)}\n`;
}

function withDockerLines(dockerfile: string, { docker }: PackageManager): string {
  return dockerfile.replace(DOCKER_LINES.copy, docker.copy).replace(DOCKER_LINES.install, docker.install);
}

/** Makes a folder with those above it, and notes each that was not there. */
function makeFolder(folder: string, made: string[]): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  const below = folder.slice(first.length).split(sep).filter(Boolean);
  made.push(first);
  for (let depth = 1; depth <= below.length; depth += 1) made.push(join(first, ...below.slice(0, depth)));
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else has put something there; it is theirs.
  }
}
