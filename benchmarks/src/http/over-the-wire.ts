import type { Child } from '../harness/child.ts';
import type { Contender } from '../harness/interleave.ts';
import type { LoadAnswer } from './load.ts';

const CONNECTIONS = 20;
const WARM_UP_SECONDS = 1;
const ROUND_SECONDS = 2;

/**
 * Warms a server up and gives what measures it: requests a second.
 * @throws Error when one is answered by anything but 2xx
 */
export async function overTheWire(load: Child, url: string): Promise<Contender> {
  const measure = async (seconds: number): Promise<number> => {
    const answer = await load.ask<LoadAnswer>('load', { url, connections: CONNECTIONS, seconds });
    if (answer.failed > 0) throw new Error(`${url}: ${answer.failed} requests failed.`);
    return answer.requestsPerSecond;
  };
  await measure(WARM_UP_SECONDS);
  return () => measure(ROUND_SECONDS);
}
