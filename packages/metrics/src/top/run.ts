import type { TopArguments } from './arguments.ts';
import { openScreen } from './screen.ts';
import { harmlessJson } from './terminal-text.ts';
import { titleLine, viewLines } from './view.ts';
import { type Seen, watch } from './watch.ts';

/** What it is run on; a terminal, or a pipe. */
export interface TopOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

const PIPE_COLUMNS = 120;
const PIPE_ROWS = 60;

/** @returns the exit code */
export async function runTop(options: TopArguments, output: TopOutput, signal: AbortSignal): Promise<number> {
  if (options.once) return lookOnce(options, output, signal);
  const isPlain = options.json || output.isTTY !== true;
  const screen = isPlain ? undefined : openScreen(output as Parameters<typeof openScreen>[0]);
  try {
    for await (const seen of watch(options, signal)) {
      if (screen === undefined) output.write(`${plain(seen, options, output)}\n`);
      else screen.draw(screenLines(seen, options, output));
    }
  } finally {
    screen?.close();
  }
  return 0;
}

/** A rate needs two looks. */
async function lookOnce(options: TopArguments, output: TopOutput, signal: AbortSignal): Promise<number> {
  for await (const seen of watch(options, signal)) {
    if (seen.report === undefined && seen.trouble === undefined) continue;
    output.write(`${plain(seen, options, output)}\n`);
    return seen.trouble === undefined ? 0 : 1;
  }
  return 0;
}

function plain(seen: Seen, options: TopArguments, output: TopOutput): string {
  if (options.json) return harmlessJson(JSON.stringify({ at: new Date().toISOString(), ...seen }));
  return screenLines(seen, options, output).join('\n');
}

function screenLines({ report, trouble }: Seen, { url, once }: TopArguments, output: TopOutput): string[] {
  const { columns = PIPE_COLUMNS, rows = PIPE_ROWS } = output;
  const title = titleLine(report, withoutSecrets(url), trouble, columns);
  if (report === undefined && once) return [title];
  if (report === undefined)
    return [title, trouble === undefined ? 'first look; the next one has rates' : 'trying again'];
  return [title, ...viewLines(report, { columns, rows: rows - 1 })];
}

/** A password in an address is not for the screen. */
function withoutSecrets(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
