import { openSync, readSync } from 'node:fs';

const NS_PER_MS = 1e6;
const LINE_BYTES = 128;

/**
 * The longest standstill of the main thread's event loop without the time in which the thread could have run and waited
 * for a core: what is left is its own work, the disk, and the garbage collector, for whose other threads it waits even
 * where these wait for a core. A thread that works waits longer for a core than one that only looks at the clock, so
 * that the latter does not show it.
 * @returns a function that ends the watch and gives milliseconds; undefined where the system does not tell (not Linux)
 */
export function watchWithoutWaiting(): () => number | undefined {
  const waited = readWaited();
  if (waited === undefined) return () => undefined;
  let longest = 0;
  let lastAt = performance.now();
  let lastWaited = waited();
  const timer = setInterval(() => {
    const at = performance.now();
    const now = waited();
    longest = Math.max(longest, at - lastAt - (now - lastWaited));
    lastAt = at;
    lastWaited = now;
  }, 1);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

/**
 * Milliseconds that the main thread has spent on a run queue: the second number of its `schedstat`.
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
function readWaited(): (() => number) | undefined {
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
    const line = Buffer.alloc(LINE_BYTES);
    return () => {
      const bytes = readSync(file, line, 0, LINE_BYTES, 0);
      return Number(line.toString('latin1', 0, bytes).split(' ')[1]) / NS_PER_MS;
    };
  } catch {
    return undefined;
  }
}
