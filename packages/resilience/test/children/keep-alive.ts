import { retryWithBackoff } from '../../src/index.ts';

let calls = 0;
const call = () => {
  calls += 1;
  if (calls < 3) throw new Error('down');
  return 'fine';
};
console.log(await retryWithBackoff(call, { initialDelayMs: 5, keepAlive: true }));
