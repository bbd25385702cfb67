import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from './code-blocks.ts';

/** A block of commands of a document, and what the document says it prints. */
export interface CommandBlock {
  readonly line: number;
  readonly commands: string;
  readonly prints: readonly string[];
}

/** Every ```sh block; a ```text block that follows at once is what it prints. */
export function commandBlocks(document: string): CommandBlock[] {
  const text = readFileSync(join(rootFolder, document), 'utf8');
  const blocks = text.matchAll(/^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?/gms);
  return [...blocks].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    commands: match[1] ?? '',
    prints: (match[2] ?? '').split('\n').filter((line) => line !== ''),
  }));
}

const MARK = '@@ line ';

/** One script that runs the blocks in order and says where each begins. */
export function scriptOf(blocks: readonly CommandBlock[]): string {
  const parts = blocks.map(({ line, commands }) => `echo; echo '${MARK}${line}'\n${commands}`);
  return `set -euo pipefail\n${parts.join('\n')}`;
}

/** What each block has printed, by its line. */
export function outputsOf(output: string): ReadonlyMap<number, string> {
  const parts = output.split(`\n${MARK}`).slice(1);
  return new Map(parts.map((part) => [Number.parseInt(part, 10), part.slice(part.indexOf('\n') + 1)]));
}

/** The lines that a document promises and an output does not have, in this order. `…` stands for anything. */
function missingLines(prints: readonly string[], output: string): string[] {
  let rest = output;
  return prints.filter((line) => {
    const pattern = new RegExp(line.split('…').map(escaped).join('.*?'));
    const match = pattern.exec(rest);
    if (match === null) return true;
    rest = rest.slice(match.index + match[0].length);
    return false;
  });
}

/** What the blocks promise and the output does not have, each with its line and what was printed there. */
export function brokenPromises(blocks: readonly CommandBlock[], output: string): string[] {
  const outputs = outputsOf(output);
  return blocks.flatMap(({ line, prints }) =>
    missingLines(prints, outputs.get(line) ?? '').map(
      (text) => `line ${line}: ${text}\nprinted: ${outputs.get(line)}`,
    ),
  );
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
