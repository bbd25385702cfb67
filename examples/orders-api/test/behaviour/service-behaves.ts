import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../service.ts';
import { changingBehaves } from './changing.ts';
import { doorsBehave } from './doors.ts';
import { eventsBehave } from './events.ts';
import { placingBehaves } from './placing.ts';
import { readingBehaves } from './reading.ts';

/** Needs a failure of a database, or the moments of a start. */
const NOT_SEEN_HERE = ['GET /health 503', 'GET /health/ready 503', 'GET /health/startup 503'];

/** Everything that users of the service can rely on, wherever it keeps its data. */
export function serviceBehaves(where: () => Readonly<Record<string, string>>): void {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService(where());
  });
  afterAll(() => service?.[Symbol.asyncDispose]());

  placingBehaves(() => service);
  changingBehaves(() => service);
  readingBehaves(() => service);
  eventsBehave(() => service);
  doorsBehave(() => service);

  it('has given every answer that is described', () => {
    const described = service.contract
      .operations()
      .flatMap(({ method, path, statuses }) => statuses.map((status) => `${method} ${path} ${status}`));
    const missing = described.filter((answer) => !service.contract.seen.has(answer));
    expect(missing).toEqual(NOT_SEEN_HERE);
  });
}
