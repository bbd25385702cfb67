/** Posts the same small body again and again. */
import autocannon from 'autocannon';
import { answerParent } from '../harness/answer-parent.ts';

export interface PostQuestion {
  readonly url: string;
  readonly seconds: number;
  readonly status: number;
}

const CONNECTIONS = 20;

answerParent({
  post: async ({ url, seconds, status }: PostQuestion): Promise<number> => {
    const result = await autocannon({
      url,
      connections: CONNECTIONS,
      duration: seconds,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'the-key' },
      body: '{"amount":500,"currency":"eur"}',
    });
    const right = result.statusCodeStats?.[`${status}`]?.count ?? 0;
    if (right !== result.requests.total || result.errors > 0)
      throw new Error(`${url}: ${result.requests.total - right} answers were not ${status}.`);
    return result.requests.total / result.duration;
  },
});
