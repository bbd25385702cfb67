import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Row } from './rows.ts';
import { format } from './table.ts';

const BEGIN = '<!-- results: written by npm run bench -- --readme -->';
const END = '<!-- end of results -->';
const BYTES_PER_GIB = 2 ** 30;

/** What the figures are measured on, and how busy that is with other things; to be asked before the first of them. */
export function machine(): string {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / BYTES_PER_GIB);
  const [load = Number.NaN] = loadavg();
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${gib} GiB, ${type()} ${release()} ${arch()}, Node ${process.versions.node}; load average before the run ${load.toFixed(2)}`;
}

/** The results as two tables: the rows with a target, then the others. */
export function renderMarkdown(rows: readonly Row[]): string {
  const judged = rows.filter((row) => row.target !== null);
  const others = rows.filter((row) => row.target === null);
  const met = judged.filter((row) => row.met === true).length;
  return [
    `${met} of ${judged.length} targets met.`,
    '',
    '| area | case | against | target | measured | middle half of the rounds | met |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...judged.map((row) => line([...cells(row), row.met === true ? 'yes' : '**no**'])),
    '',
    'Without a target:',
    '',
    '| area | case | against | measured | middle half of the rounds |',
    '| --- | --- | --- | --- | --- |',
    ...others.map((row) => line(cells(row).toSpliced(3, 1))),
  ].join('\n');
}

/** `readme` with its results section replaced. @throws Error when it has none */
export function withResults(readme: string, results: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin)
    throw new Error(`The README has no section between "${BEGIN}" and "${END}".`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${results}\n${readme.slice(end)}`;
}

function cells(row: Row): string[] {
  const value = `${format(row.value)} ${row.unit}`;
  const against =
    row.against === null ? '' : `${row.against}: ${format(row.againstValue ?? Number.NaN)} ${row.unit}`;
  const target =
    row.target === null ? '' : `${row.bound === 'min' ? 'at least' : 'at most'} ${format(row.target)}`;
  const measured = row.ratio === null ? value : `**${format(row.ratio)}** (${value})`;
  const [low, high] = row.spread;
  return [row.area, row.case, against, target, measured, `${format(low)} to ${format(high)}`];
}

function line(values: readonly string[]): string {
  return `| ${values.join(' | ')} |`;
}
