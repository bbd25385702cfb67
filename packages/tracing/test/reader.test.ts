import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderWaterfall, renderWaterfallSvg, type TraceSpan } from '../src/reader/index.ts';
import type { ChildResult } from './child.ts';

const MAIN = fileURLToPath(new URL('../src/reader/main.ts', import.meta.url));
const FIRST = 'a'.repeat(32);
const SECOND = `b${'0'.repeat(31)}`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-trace-'));
});

afterEach(() => rm(folder, { recursive: true }));

function line(traceId: string, name: string, spanId = '1'.repeat(16), parentSpanId = ''): string {
  const times = { startTimeUnixNano: '1760000000000000000', endTimeUnixNano: '1760000000012000000' };
  const span = { traceId, spanId, parentSpanId, name, kind: 1, ...times };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
}

async function fileOf(...lines: string[]): Promise<string> {
  const file = join(folder, 'spans.jsonl');
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

async function holdfastTrace(...args: string[]): Promise<ChildResult> {
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', MAIN, ...args], { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => void (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => void (stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

describe('holdfast-trace', () => {
  it('draws the only trace of a file', async () => {
    const { code, stdout, stderr } = await holdfastTrace(await fileOf(line(FIRST, 'checkout')));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`trace ${FIRST} · 1 span · 12.0 ms`);
    expect(stdout).toContain('checkout');
  });

  it('lists the traces where there are several, and draws the one whose id begins as asked', async () => {
    const file = await fileOf(line(FIRST, 'checkout'), line(SECOND, 'refund\u001b[2J'), '{"torn');
    const list = await holdfastTrace(file);
    expect(list.stdout.trim().split('\n')).toEqual([
      `${FIRST}  2025-10-09T08:53:20.000Z    12.0 ms       1 spans  shop checkout`,
      `${SECOND}  2025-10-09T08:53:20.000Z    12.0 ms       1 spans  shop refund [2J`,
    ]);
    const one = await holdfastTrace(file, 'b0');
    expect(one.stdout).toContain('refund');
    expect(one.stdout).not.toContain('checkout');
  });

  it('writes an SVG document with --svg', async () => {
    const { stdout } = await holdfastTrace(await fileOf(line(FIRST, 'checkout')), '--svg');
    expect(stdout).toMatch(/^<svg [\s\S]*<\/svg>\n+$/);
  });

  it('says what is wrong, in one line', async () => {
    const file = await fileOf(line(FIRST, 'checkout'));
    const none = await holdfastTrace(file, 'ffff');
    expect([none.code, none.stderr]).toEqual([1, `${file} holds no trace whose id begins like that.\n`]);
    const missing = await holdfastTrace(join(folder, 'nowhere'));
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/^The trace file .*nowhere cannot be read \(ENOENT\)\..*\n$/);
    const usage = await holdfastTrace();
    expect([usage.code, usage.stderr.split('\n')[0]]).toEqual([
      2,
      'Usage: holdfast-trace FILE [traceId] [--svg]',
    ]);
    expect((await holdfastTrace('--help')).code).toBe(0);
    expect((await holdfastTrace('--nonsense')).code).toBe(2);
  });
});

function span(index: number, parent: number | undefined, name = `span ${index}`): TraceSpan {
  return {
    traceId: FIRST,
    spanId: String(index).padStart(16, '0'),
    parentSpanId: parent === undefined ? undefined : String(parent).padStart(16, '0'),
    name,
    kind: 'internal',
    service: `service ${index % 7}`,
    startMs: 1_760_000_000_000 + index,
    durationMs: 5,
    status: 'unset',
    statusMessage: undefined,
    attributes: {},
    events: [],
    links: [],
  };
}

describe('a large or broken trace', () => {
  it.each([
    ['wide', (index: number) => (index === 0 ? undefined : 0)],
    ['deep', (index: number) => (index === 0 ? undefined : index - 1)],
    ['without any of its parents', (index: number) => index + 100_000],
  ])('of 10,000 spans, %s, is drawn whole, each line within the width', (_shape, parentOf) => {
    const spans = Array.from({ length: 10_000 }, (_, index) => span(index, parentOf(index)));
    const lines = renderWaterfall(spans, { width: 100 }).split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...lines.map((text) => Array.from(text).length))).toBeLessThanOrEqual(100);
    const svg = renderWaterfallSvg(spans);
    expect(svg.match(/class="bar/g)).toHaveLength(10_000);
  });

  it('whose spans are each the parent of the other is drawn whole', () => {
    const text = renderWaterfall([span(1, 2, 'one'), span(2, 1, 'two'), span(3, 3, 'own')]);
    for (const name of ['one', 'two', 'own']) expect(text).toContain(name);
  });

  it('with hostile names stays text in a terminal and well-formed as SVG', () => {
    const names = [
      '\u001b]0;title\u0007',
      '\u001b[31m',
      '\u009b2J',
      '\r\nforged line',
      '</text><script>alert(1)</script>',
      '" onload="alert(1)',
      ']]>',
      '\ufffe\uffff\ud800',
      '\u202egnp.exe',
      'é'.repeat(5000),
      '🦑'.repeat(500),
      '',
    ];
    const spans = names.map((name, index) => span(index, undefined, name));
    const text = renderWaterfall(spans, { width: 80 });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(text.split('\n').length).toBe(
      renderWaterfall(spans.map((one) => ({ ...one, name: 'x' }))).split('\n').length,
    );
    const svg = renderWaterfallSvg(spans);
    expect(svg).not.toMatch(/<script|onload="|[\ufffe\uffff]|[^\P{Cc}\n\t]/u);
    expect(svg.isWellFormed()).toBe(true);
  });
});
