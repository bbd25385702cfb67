import http from 'node:http';
import { expect, it } from 'vitest';
import { createPoster } from './poster.ts';

it('tells what cannot even be sent as it tells of a connection that fails', async () => {
  const options = { url: 'http://127.0.0.1:9/', headers: { 'no header': 'x' }, agent: {} };
  const poster = createPoster(http, options);
  expect(await poster.post(new Uint8Array(1))).toEqual({ errorCode: 'ERR_INVALID_HTTP_TOKEN' });
  await poster.close();
});
