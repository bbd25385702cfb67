import { createLogger, createRequestLog } from '@holdfast/logging';

const [mode = '', bufferBytes = '0', destination = 'stdout'] = process.argv.slice(2);

const logger = createLogger({
  destination: destination === 'stdout' ? 'stdout' : { file: destination },
  bufferBytes: Number(bufferBytes),
  // So long that only the end of the process can be what writes; `held-kill-later` waits for the timer.
  ...(mode.startsWith('held') && mode !== 'held-kill-later' ? { requestHoldMs: 1000 } : {}),
});

const writeRequest = createRequestLog(logger);

/** The line of a request that went well, whose number is in its path. */
function writeOk(n: number): void {
  writeRequest({ method: 'GET', path: `/${n}`, statusCode: 200, durationMs: 1 });
}

/** Request lines whose status is their number; every tenth number is a line of the logger itself. */
function requestAll(): void {
  for (let n = 0; n < 1000; n += 1) {
    if (n % 10 === 9) logger.info('line', { n });
    else writeRequest({ method: 'GET', path: '/', statusCode: n, durationMs: 1 });
  }
}

function logAll(padding = ''): void {
  for (let n = 0; n < 1000; n += 1) logger.info('line', { n, padding });
}

const endings: Record<string, () => unknown> = {
  'held-end': () => undefined,
  'held-exit-in-handler': () => setImmediate(() => process.exit(0)),
  'held-throw': () => {
    throw new Error('uncaught');
  },
  'held-term': () => {
    process.once('SIGTERM', () => process.exit(0));
    setInterval(() => undefined, 1000);
    process.kill(process.pid, 'SIGTERM');
  },
  'held-error': () => {
    logger.error('line', { n: 10 });
    process.kill(process.pid, 'SIGKILL');
  },
  'held-kill': () => process.kill(process.pid, 'SIGKILL'),
  // Fires after the timer of the lines, which is due 45 ms earlier.
  'held-kill-later': () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50),
};

const end = endings[mode];
if (end !== undefined) {
  for (let n = 0; n < 10; n += 1) writeOk(n);
  end();
} else if (mode === 'broken-pipe') {
  // The parent ends our input once it has closed its end of our output.
  process.stdin.resume().on('end', () => {
    logAll();
    process.stderr.write('survived\n');
  });
} else if (mode === 'slow-reader') {
  // Once process.stdout is made, the pipe under it no longer blocks: a write into a full one fails with EAGAIN.
  void process.stdout.writableLength;
  process.stderr.write('begin\n');
  logAll('x'.repeat(1000));
} else if (mode === 'tty') {
  logger.warn('readable', { n: 1 });
} else if (mode.startsWith('term')) {
  // The parent sends SIGTERM once it has read this.
  if (mode === 'term-handled') process.on('SIGTERM', () => process.exit(0));
  logAll();
  process.stderr.write('terminate\n');
  setInterval(() => undefined, 1000);
} else if (mode === 'reject') {
  logAll();
  void Promise.reject(new Error('unhandled'));
} else if (mode.startsWith('requests')) {
  requestAll();
  if (mode === 'requests-exit') process.exit(0);
  if (mode === 'requests-throw') throw new Error('uncaught');
  if (mode === 'requests-flush') {
    await logger.flush();
    process.kill(process.pid, 'SIGKILL');
  }
  if (mode === 'requests-same-turn') process.kill(process.pid, 'SIGKILL');
} else {
  logAll();
  if (mode === 'exit') process.exit(0);
  if (mode === 'throw') throw new Error('uncaught');
  if (mode === 'flush-kill') await logger.flush();
  // By its own hand, so that what waits in memory is not written in the meantime.
  if (mode !== 'end') process.kill(process.pid, 'SIGKILL');
}
