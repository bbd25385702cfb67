import { parseArgs } from 'node:util';
import { UsageError } from './errors.ts';

export interface Arguments {
  readonly folder: string | undefined;
  readonly template: string | undefined;
  readonly install: boolean;
  readonly git: boolean;
  readonly show: 'help' | 'version' | undefined;
}

/** @throws UsageError on an option that there is not, and on more than one folder */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) {
    throw new UsageError(
      `It takes one folder, and got ${positionals.join(', ')}. Options of npm create stand after --, as in: npm create holdfast my-service -- --no-git`,
    );
  }
  return {
    folder: positionals[0],
    template: values.template,
    install: values.install,
    git: values.git,
    show: values.help ? 'help' : values.version ? 'version' : undefined,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        template: { type: 'string', short: 't' },
        install: { type: 'boolean', default: true },
        git: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    });
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${message.replace(/\.$/, '')}. See --help.`, { cause: error });
  }
}

/** @param templates name and one line of each, the first is the default */
export function usage(templates: readonly { readonly name: string; readonly summary: string }[]): string {
  const width = Math.max(...templates.map(({ name }) => name.length));
  const lines = templates.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `npm create holdfast@latest [folder] -- [options]

Makes a folder with an Express service of your own: sources, tests, README and deploy files.
The folder gives the project its name. Without one it is asked for, on a terminal.

Options
  -t, --template NAME  what to start from; on a terminal it is asked for
      --no-install     leave the dependencies to you
      --no-git         no git repository
  -h, --help           this text
  -v, --version        the version

Templates
${lines.join('\n')}

Exit codes
  0  the project is there
  1  refused or failed, and nothing was left behind
  2  an option or a template that there is not
  3  the project is there, its dependencies could not be installed
`;
}
