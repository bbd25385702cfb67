import { retryWithBackoff } from '../../src/index.ts';

const otherWork = setInterval(() => {}, 1000);
let calls = 0;
const result = await retryWithBackoff(
  () => {
    calls += 1;
    if (calls < 3) throw new Error('down');
    return 'fine';
  },
  { initialDelayMs: 5 },
);
clearInterval(otherWork);
console.log(result);
