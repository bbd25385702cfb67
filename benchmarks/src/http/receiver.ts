/** Takes OTLP over http/protobuf as a collector would, and counts the spans in it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../harness/answer-parent.ts';
import { countSpans } from './count-spans.ts';

let spans = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    spans += countSpans(Buffer.concat(chunks), request.headers['content-encoding'] === 'gzip');
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  answerParent({
    url: () => `http://127.0.0.1:${port}/v1/traces`,
    /** Spans since the last question. */
    spans: () => {
      const counted = spans;
      spans = 0;
      return counted;
    },
  });
});
