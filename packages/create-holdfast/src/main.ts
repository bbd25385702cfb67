#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { create, INSTALL } from './create.ts';
import { CreateError } from './errors.ts';
import { createPrompts } from './prompts.ts';

/** From there on Node runs the TypeScript of the projects as it is. */
const LEAST_NODE = { major: 22, minor: 18 };

const packageFolder = new URL('..', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8')) as {
  version: string;
};

function fail(message: string, exitCode: number): void {
  process.stderr.write(`${styleText('red', 'create-holdfast:', { stream: process.stderr })} ${message}\n`);
  process.exitCode = exitCode;
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < LEAST_NODE.major || (major === LEAST_NODE.major && minor < LEAST_NODE.minor)) {
  fail(
    `It needs Node ${LEAST_NODE.major}.${LEAST_NODE.minor} or later; this is ${process.versions.node}.`,
    1,
  );
} else {
  // With a listener a signal waits until the file that is being written is whole, and the project with it.
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  try {
    await create(process.argv.slice(2), {
      cwd: process.cwd(),
      version,
      templatesFolder: fileURLToPath(new URL('templates', packageFolder)),
      userAgent: process.env['npm_config_user_agent'],
      prompts: isTerminal ? createPrompts(process.stdin, process.stdout) : undefined,
      write: (text) => process.stdout.write(text),
      install: INSTALL,
    });
  } catch (error) {
    if (!(error instanceof CreateError)) throw error;
    fail(error.message, error.exitCode);
  }
}
