import express, { type Request } from 'express';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddress, requestOrigin } from '../src/request-origin.ts';
import { sendRaw, serve } from './serve.ts';

/** What our reading and Express's own say of the same request. */
function bothWays(req: Request) {
  const express = { address: req.ip, scheme: req.protocol, hostname: req.hostname };
  return { ours: { ...requestOrigin(req) }, express, address: clientAddress(req) };
}

function answering(app = express()) {
  return app.use((req, res) => void res.json(bothWays(req)));
}

async function ask(port: number, headers: readonly string[]) {
  const lines = ['GET / HTTP/1.1', ...headers, 'Connection: close', '', ''];
  const answer = await sendRaw(port, lines.join('\r\n'));
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as ReturnType<typeof bothWays>;
}

const FORWARDED = [
  'X-Forwarded-For: 203.0.113.7, 10.0.0.1',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Host: shop.example:8443',
];

describe('requestOrigin', () => {
  it('believes no forwarded header where no proxy is trusted', async () => {
    const { port } = await serve(answering());
    const { ours, address } = await ask(port, ['Host: api.example:8080', ...FORWARDED]);
    expect(ours).toEqual({ address: '127.0.0.1', scheme: 'http', hostname: 'api.example' });
    expect(address).toBe('127.0.0.1');
  });

  it('believes forwarded headers where the proxy is trusted', async () => {
    const { port } = await serve(answering(express().set('trust proxy', 'loopback, 10.0.0.0/8')));
    const { ours, address } = await ask(port, ['Host: api.example:8080', ...FORWARDED]);
    expect(ours).toEqual({ address: '203.0.113.7', scheme: 'https', hostname: 'shop.example' });
    expect(address).toBe('203.0.113.7');
  });

  it('asks the app that handles the request, where one is mounted in another', async () => {
    const outer = express().set('trust proxy', true);
    outer.use('/own', answering(express().set('trust proxy', false)));
    outer.use(answering());
    const { port } = await serve(outer);
    const { ours, express: theirs } = await ask(port, ['Host: a', ...FORWARDED]);
    expect(ours).toEqual(theirs);
    expect(ours.address).toBe('203.0.113.7');
  });

  it.each([
    ['false', false],
    ['no hop', 0],
    ['true', true],
    ['one hop', 1],
    ['a list', 'loopback'],
    ['a function', () => false],
  ])('says what Express says, whatever the headers, with trust proxy %s', async (_name, trust) => {
    const { port } = await serve(answering(express().set('trust proxy', trust)));
    const host = fc.constantFrom(
      '',
      'a',
      'a:1',
      'a:',
      ':1',
      '[::1]',
      '[::1]:80',
      '[::1',
      '[',
      'a:b:c',
      '192.0.2.1',
    );
    const more = fc.subarray([...FORWARDED, 'X-Forwarded-Host: ', 'X-Forwarded-For: , ', 'Host: second']);
    await fc.assert(
      fc.asyncProperty(host, more, async (name, headers) => {
        const { ours, express: theirs, address } = await ask(port, [`Host: ${name}`, ...headers]);
        expect(ours).toEqual(theirs);
        expect(address).toBe(theirs.address);
      }),
      { numRuns: 60 },
    );
  });

  it('knows an encrypted connection', async () => {
    const app = answering();
    const { port, server } = await serve(app);
    server.prependListener('connection', (socket) => Object.assign(socket, { encrypted: true }));
    const { ours, express: theirs } = await ask(port, ['Host: a']);
    expect(ours.scheme).toBe('https');
    expect(ours).toEqual(theirs);
  });
});
