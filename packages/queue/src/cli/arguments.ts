import { parseArgs } from 'node:util';
import type { DeadLetterFilter } from '../dead-letters/filter.ts';
import { parseFilter } from './filter-argument.ts';
import { UsageError } from './usage-error.ts';

export type EngineArgument = 'sqlite' | 'redis' | 'postgres';

export interface Place {
  readonly engine: EngineArgument;
  readonly url: string | undefined;
  readonly file: string | undefined;
  readonly queue: string;
}

export interface ListCommand {
  readonly name: 'list';
  readonly groups: boolean;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly filter: DeadLetterFilter;
}

export interface ShowCommand {
  readonly name: 'show';
  readonly id: string;
}

export interface ActCommand {
  readonly name: 'retry' | 'discard';
  /** Empty where a filter says which. */
  readonly ids: readonly string[];
  readonly filter: DeadLetterFilter;
  readonly by: string;
  readonly perSecond: number | undefined;
  readonly dryRun: boolean;
  readonly run: string | undefined;
  readonly yes: boolean;
}

export type Command = (ListCommand | ShowCommand | ActCommand) & {
  readonly place: Place;
  readonly json: boolean;
};

export type Request = { readonly name: 'help' } | { readonly name: 'version' } | Command;

const OPTIONS = {
  engine: { type: 'string' },
  url: { type: 'string' },
  file: { type: 'string' },
  queue: { type: 'string', short: 'q' },
  filter: { type: 'string', multiple: true },
  group: { type: 'string' },
  groups: { type: 'boolean' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  by: { type: 'string' },
  rate: { type: 'string' },
  'dry-run': { type: 'boolean' },
  run: { type: 'string' },
  all: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Values = Parsed['values'];
type Parsed = ReturnType<typeof parse>;
type Option = keyof typeof OPTIONS;

const EVERYWHERE: readonly Option[] = ['engine', 'url', 'file', 'queue', 'json', 'help', 'version'];
const WHICH: readonly Option[] = ['filter', 'group'];
const ACT: readonly Option[] = [...WHICH, 'by', 'rate', 'dry-run', 'run', 'all', 'yes'];
const ALLOWED: Record<string, readonly Option[]> = {
  list: [...WHICH, 'groups', 'limit', 'cursor'],
  show: [],
  retry: ACT,
  discard: ACT,
};

const DEFAULT_LIMIT = 50;

/**
 * @param now epoch ms, for times such as `7d` ago
 * @throws UsageError
 */
export function readArguments(argv: readonly string[], env: NodeJS.ProcessEnv, now: number): Request {
  const { values, positionals } = parse(argv);
  const [name, ...ids] = positionals;
  if (values.help === true || name === 'help') return { name: 'help' };
  if (values.version === true) return { name: 'version' };
  const allowed = ALLOWED[name ?? ''];
  if (name === undefined || allowed === undefined) {
    throw new UsageError(
      `${name === undefined ? 'No command is given' : `There is no command ${JSON.stringify(name)}`}: use list, show, retry or discard, or --help.`,
    );
  }
  refuseOthers(name, values, [...EVERYWHERE, ...allowed]);
  const place = readPlace(values, env);
  const json = values.json ?? false;
  switch (name) {
    case 'list':
      return { ...readList(values, ids, now), place, json };
    case 'show':
      return { ...readShow(ids), place, json };
    default:
      return { ...readAct(name === 'retry' ? 'retry' : 'discard', values, ids, now), place, json };
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function refuseOthers(name: string, values: Values, allowed: readonly string[]): void {
  const other = Object.keys(values).find((option) => !allowed.includes(option));
  if (other !== undefined) throw new UsageError(`--${other} does not go with ${name}; see --help.`);
}

function readPlace(values: Values, env: NodeJS.ProcessEnv): Place {
  const { queue, file } = values;
  if (queue === undefined || queue === '') throw new UsageError('Say which queue: --queue NAME.');
  const url = values.url ?? (file === undefined ? env['HOLDFAST_DLQ_URL'] : undefined);
  if (url !== undefined && file !== undefined) throw new UsageError('Give --url or --file, not both.');
  const engine = values.engine ?? engineOf(url);
  if (engine !== 'sqlite' && engine !== 'redis' && engine !== 'postgres') {
    throw new UsageError(`--engine is ${JSON.stringify(engine)}; it must be sqlite, redis or postgres.`);
  }
  if (engine !== 'sqlite' && url === undefined) throw new UsageError(`--engine ${engine} needs --url.`);
  if (engine === 'sqlite' && url !== undefined)
    throw new UsageError('--engine sqlite takes --file, not --url.');
  return { engine, url, file, queue };
}

function engineOf(url: string | undefined): EngineArgument {
  if (url === undefined) return 'sqlite';
  if (/^rediss?:\/\//.test(url)) return 'redis';
  if (/^postgres(?:ql)?:\/\//.test(url)) return 'postgres';
  throw new UsageError('--url must begin with redis://, rediss:// or postgresql://.');
}

function readList(values: Values, ids: readonly string[], now: number): ListCommand {
  if (ids.length > 0) throw new UsageError('list takes no id; use show ID.');
  const groups = values.groups ?? false;
  const filter = parseFilter(values.filter ?? [], values.group, now);
  if (groups && (Object.keys(filter).length > 0 || values.cursor !== undefined)) {
    throw new UsageError('--groups counts all dead letters; it goes with no condition and no --cursor.');
  }
  return {
    name: 'list',
    groups,
    limit: readNumber('--limit', values.limit, 1, 1000) ?? DEFAULT_LIMIT,
    cursor: values.cursor,
    filter,
  };
}

function readShow([id, ...more]: readonly string[]): ShowCommand {
  if (id === undefined || more.length > 0) throw new UsageError('show takes one id: holdfast-dlq show ID.');
  return { name: 'show', id };
}

function readAct(name: ActCommand['name'], values: Values, ids: readonly string[], now: number): ActCommand {
  const filter = parseFilter(values.filter ?? [], values.group, now);
  const hasFilter = Object.keys(filter).length > 0;
  const ways = [ids.length > 0, hasFilter, values.all === true].filter(Boolean).length;
  if (ways !== 1) {
    throw new UsageError(
      `Say which letters to ${name}: ids, or --group and --filter, or --all; one of the three.`,
    );
  }
  if (values.by === undefined || values.by === '') {
    throw new UsageError(`Say who asks for it: --by WHO. It goes on record with the ${name}.`);
  }
  const perSecond = readNumber('--rate', values.rate, 0.001, 100_000);
  if (ids.length > 0 && (values.run !== undefined || perSecond !== undefined)) {
    throw new UsageError('--run and --rate go with --group, --filter or --all, not with ids.');
  }
  return {
    name,
    ids,
    filter,
    by: values.by,
    perSecond,
    dryRun: values['dry-run'] ?? false,
    run: values.run,
    yes: values.yes ?? false,
  };
}

function readNumber(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new UsageError(`${option} is ${JSON.stringify(text)}; it must be a number from ${min} to ${max}.`);
}
