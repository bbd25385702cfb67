import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildMetrics } from '../src/create-metrics.ts';
import { runTop } from '../src/top/run.ts';
import type { Seen } from '../src/top/watch.ts';

const MAIN = fileURLToPath(new URL('../src/top/main.ts', import.meta.url));
const PLAYGROUND = fileURLToPath(new URL('../../../examples/playground/src/main.ts', import.meta.url));
const CONDITION = '--conditions=@holdfast/source';

function started(script: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn('node', [CONDITION, script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function playground(port: string, env: Record<string, string> = {}) {
  const child = started(PLAYGROUND, ['--port', port], env);
  const [announcement] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const url = /http:\/\/\S+/.exec(announcement.toString())?.[0] ?? '';
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { url, kill };
}

/** The looks of a `--json` run, as they come. */
function looks(child: ChildProcess) {
  const seen: Seen[] = [];
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    seen.push(...lines.map((line) => JSON.parse(line) as Seen));
  });
  return seen;
}

describe('holdfast-top on a real service', () => {
  it('prints one look: requests, circuits, cache, with the key that /metrics asks for', async () => {
    const { url } = await playground('0', { METRICS_API_KEY: 'the-key' });
    const visits = setInterval(() => void fetch(`${url}/api/v1/theme`).catch(() => {}), 20);
    onTestFinished(() => clearInterval(visits));
    const top = started(MAIN, [url, '--key', 'the-key', '--interval', '0.5', '--once']);
    let output = '';
    top.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const [code] = (await once(top, 'close')) as [number];
    expect(code).toBe(0);
    expect(output).toMatch(/^playground {2}http:\/\/127\.0\.0\.1:\d+\/metrics {2}up \d+s\n/);
    expect(output).toMatch(/^CIRCUIT +state +calls\/s +failed\/s +refused\/s\nexternal-api +closed/m);
    expect(output).toMatch(/^GET \/api\/v1\/theme +[\d.]+ +0% +[\d.]+ms/m);
    expect(output).toMatch(/^CACHE +hits +req\/s +values +size\nhttp +100%/m);
    // Nothing but text goes into a pipe.
    expect(output).not.toContain('\u001b');

    const refused = spawnSync('node', [CONDITION, MAIN, url, '--once'], { encoding: 'utf8' });
    expect(refused.stdout).toContain('NO ANSWER: it answers 403: pass its key with --key');
    expect(refused.status).toBe(1);
  });

  it('goes on while the service is down, and after its restart shows no leap', async () => {
    const first = await playground('0');
    const { port } = new URL(first.url);
    const busy = Array.from({ length: 200 }, () => fetch(`${first.url}/api/v1/apps`));
    await Promise.all(busy);
    const seen = looks(started(MAIN, [first.url, '--interval', '0.2', '--json']));
    await expect.poll(() => seen.some(({ report }) => report !== undefined)).toBe(true);
    await first.kill();
    await expect.poll(() => seen.at(-1)?.trouble).toBe('ECONNREFUSED');
    const downAt = seen.length;
    const second = await playground(port);
    await Promise.all(Array.from({ length: 100 }, () => fetch(`${second.url}/api/v1/apps`)));
    const fresh = () =>
      seen
        .slice(downAt)
        .filter(({ trouble, report }) => trouble === undefined && (report?.process.upSeconds ?? 1e9) < 60);
    await expect.poll(() => fresh().length).toBeGreaterThan(3);
    for (const { report } of seen) {
      for (const { perSecond } of report?.routes ?? []) expect(perSecond).toBeGreaterThanOrEqual(0);
    }
  });

  it('draws in place on a terminal, obeys no label value, and gives the terminal back', async () => {
    const metrics = buildMetrics({ serviceName: 'evil\u001b]0;owned\u0007', processMetrics: false });
    onTestFinished(() => metrics.close());
    metrics.http().observe({ method: 'GET', route: '/\u001b[2J\r\nfake', statusCode: 200, durationMs: 1 });
    const server = createServer((_request, response) => {
      void metrics.render().then(({ body }) => response.end(body));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    const end = new AbortController();
    let written = '';
    const terminal = {
      isTTY: true,
      columns: 60,
      rows: 20,
      write: (text: string) => {
        written += text;
        if (written.includes('ROUTE')) end.abort();
      },
    };
    const url = new URL(`http://127.0.0.1:${port}/metrics`);
    const code = await runTop(
      { url, key: undefined, intervalMs: 200, once: false, json: false },
      terminal,
      end.signal,
    );
    expect(code).toBe(0);
    expect(written.startsWith('\u001b[?1049h\u001b[?25l\u001b[H')).toBe(true);
    expect(written.endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
    expect(written).toContain('evil?]0;owned?');
    expect(written).toContain('/?[2J??fake');
    const sequences = new Set(
      written
        .split('\u001b')
        .slice(1)
        .map((text) => `\u001b${/^\[\??[\d;]*[A-Za-z]/.exec(text)?.[0] ?? text.slice(0, 1)}`),
    );
    expect([...sequences].sort()).toEqual([
      '\u001b[?1049h',
      '\u001b[?1049l',
      '\u001b[?25h',
      '\u001b[?25l',
      '\u001b[H',
      '\u001b[J',
      '\u001b[K',
    ]);
  });

  it('says in one line what is wrong with the command line', () => {
    const { stderr, status } = spawnSync('node', [CONDITION, MAIN], { encoding: 'utf8' });
    expect(stderr).toBe(
      'holdfast-top: Say where the metrics are: holdfast-top http://127.0.0.1:3000/metrics\n',
    );
    expect(status).toBe(2);
  });
});
