import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLifecycle, createServerDrain, type ServerDrain } from '../src/index.ts';

let server: Server;
let drain: ServerDrain;
let port: number;
let agent: Agent;
const sockets: Socket[] = [];
/** Answers that the test has not ended yet, by path. */
const held = new Map<string | undefined, ServerResponse>();

beforeEach(async () => {
  server = createServer((request, response) => {
    if (request.url?.startsWith('/held')) held.set(request.url, response);
    else response.end('done');
  });
  drain = createServerDrain(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  agent = new Agent({ keepAlive: true });
});

afterEach(() => {
  held.clear();
  agent.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  drain.destroy();
  drain.close();
  server.close();
});

async function fetchText(path: string): Promise<{ text: string; connection: string | undefined }> {
  const request = get({ host: '127.0.0.1', port, path, agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const text = (await response.toArray()).join('');
  return { text, connection: response.headers.connection };
}

async function requestHeld(
  path: string,
): Promise<{ answer: Promise<{ text: string }>; response: ServerResponse }> {
  const arrived = once(server, 'request');
  const answer = fetchText(path);
  await arrived;
  const response = held.get(path);
  if (response === undefined) throw new Error('the request did not arrive');
  return { answer, response };
}

async function openSilently(): Promise<Socket> {
  const accepted = once(server, 'connection');
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  await accepted;
  return socket;
}

describe('a server drain', () => {
  it('counts open connections', async () => {
    await openSilently();
    expect(drain.connections).toBe(1);
  });

  it('closes idle keep-alive connections at once and refuses new ones', async () => {
    expect((await fetchText('/')).connection).toBe('keep-alive');
    drain.stopAccepting();
    await drain.drained();
    expect(drain.connections).toBe(0);
    const [error] = await once(connect(port, '127.0.0.1'), 'error').catch((refused: unknown) => [refused]);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets a request end, and closes its connection afterwards', async () => {
    const { answer, response } = await requestHeld('/held');
    drain.stopAccepting();
    response.end('late but whole');
    expect((await answer).text).toBe('late but whole');
    await drain.drained();
  });

  it('closes a connection over which nothing was ever sent, which node:http counts as active', async () => {
    const socket = await openSilently();
    drain.stopAccepting();
    await once(socket, 'close');
    await drain.drained();
  });

  it('asks clients to close their connections once the end is announced', async () => {
    drain.announce();
    drain.announce();
    expect((await fetchText('/')).connection).toBe('close');
  });

  it('cuts what is left when told to', async () => {
    const { answer } = await requestHeld('/held');
    answer.catch(() => {});
    drain.stopAccepting();
    drain.destroy();
    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
    await drain.drained();
  });

  it('counts a connection upgraded to another protocol until it is cut', async () => {
    server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
    const socket = await openSilently();
    const upgraded = once(socket, 'data');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    await upgraded;
    drain.stopAccepting();
    expect(drain.connections).toBe(1);
    drain.destroy();
    await drain.drained();
    expect(drain.connections).toBe(0);
  });

  it('has nothing to wait for when the server never listened', async () => {
    const idle = createServerDrain(createServer());
    await idle.drained();
    idle.stopAccepting();
    await idle.drained();
  });
});

describe('addServer', () => {
  it('adds the steps that stop and drain the server', async () => {
    const lifecycle = createLifecycle({ signals: [] });
    lifecycle.addServer(server);
    const { answer, response } = await requestHeld('/held');
    const accepting = once(server, 'close');
    const running = lifecycle.shutdown();
    response.end('whole');
    expect((await answer).text).toBe('whole');
    await accepting;
    const { ok, steps } = await running;
    expect(ok).toBe(true);
    expect(steps.map(({ name, phase }) => [name, phase])).toEqual([
      ['stop accepting http', 'accept'],
      ['drain http', 'drain'],
    ]);
  });

  it('cuts the requests that do not end within the limit, and reports it', async () => {
    const lifecycle = createLifecycle({ signals: [], onReport: () => {} });
    lifecycle.addServer(server, { name: 'api', timeoutMs: 1 });
    const { answer } = await requestHeld('/held');
    answer.catch(() => {});
    const { steps } = await lifecycle.shutdown();
    expect(steps.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['stop accepting api', 'done'],
      ['drain api', 'timed-out'],
    ]);
    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('returns a function that takes the server out', async () => {
    const lifecycle = createLifecycle({ signals: [] });
    lifecycle.addServer(server)();
    expect((await lifecycle.shutdown()).steps).toEqual([]);
    expect((await fetchText('/')).text).toBe('done');
  });
});
