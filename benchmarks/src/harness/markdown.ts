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

/** What one area gave, in one run. */
export interface MeasuredArea {
  readonly name: string;
  /** Date and machine. */
  readonly measuredOn: string;
  readonly rows: readonly Row[];
}

/** The results of an area: how many targets were met, and a table of all rows. */
export function renderArea({ name, measuredOn, rows }: MeasuredArea): string {
  const judged = rows.filter((row) => row.target !== null);
  const met = judged.filter((row) => row.met === true).length;
  return [
    `### ${name}`,
    '',
    `Measured on ${measuredOn}.${judged.length === 0 ? '' : ` ${met} of ${judged.length} targets met.`}`,
    '',
    '| case | against | target | measured | middle half of the rounds | met |',
    '| --- | --- | --- | --- | --- | --- |',
    ...[...judged, ...rows.filter((row) => row.target === null)].map((row) => line(cells(row))),
  ].join('\n');
}

/**
 * `readme` with the sections of these areas replaced, in the order of `known`; those of other areas stay, those of areas
 * that are no more go.
 * @throws Error when it has no place for results
 */
export function withAreas(readme: string, areas: readonly MeasuredArea[], known: readonly string[]): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin)
    throw new Error(`The README has no section between "${BEGIN}" and "${END}".`);
  const sections = new Map<string, string>();
  for (const section of readme.slice(begin + BEGIN.length, end).split(/^(?=### )/m)) {
    const name = /^### (\S+)/.exec(section)?.[1];
    if (name !== undefined) sections.set(name, section.trim());
  }
  for (const area of areas) sections.set(area.name, renderArea(area));
  const results = known.flatMap((name) => sections.get(name) ?? []).join('\n\n');
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${results}\n\n${readme.slice(end)}`;
}

function cells(row: Row): string[] {
  const value = `${format(row.value)} ${row.unit}`;
  const against =
    row.against === null ? '' : `${row.against}: ${format(row.againstValue ?? Number.NaN)} ${row.unit}`;
  const target =
    row.target === null ? '' : `${row.bound === 'min' ? 'at least' : 'at most'} ${format(row.target)}`;
  const measured = row.ratio === null ? value : `**${format(row.ratio)}** (${value})`;
  const [low, high] = row.spread;
  const met = row.met === null ? '' : row.met ? 'yes' : '**no**';
  return [row.case, against, target, measured, `${format(low)} to ${format(high)}`, met];
}

function line(values: readonly string[]): string {
  return `| ${values.join(' | ')} |`;
}
