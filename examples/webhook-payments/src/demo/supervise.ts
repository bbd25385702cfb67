/** Longer than a run takes on a machine that has much else to do. */
const WHOLE_RUN_LIMIT_MS = 600_000;
/** What tidying up may take before the process ends all the same. */
const TIDY_LIMIT_MS = 15_000;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs `work` to its end, and ends the process with its exit code. A signal, a closed output or too long a run
 * abort it; what hangs even then is left behind: the handlers of `exit` end the children and remove the files.
 */
export async function superviseEnd(work: (signal: AbortSignal) => Promise<number>): Promise<never> {
  const controller = new AbortController();
  let abortedCode: number | undefined;
  const abort = (code: number, reason: string) => {
    if (abortedCode !== undefined) process.exit(code);
    abortedCode = code;
    controller.abort(new Error(reason));
    setTimeout(() => process.exit(code), TIDY_LIMIT_MS).unref();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => abort(EXIT_CODES[name], `stopped by ${name}`));
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => abort(1, 'the output was closed'));
  }
  setTimeout(() => abort(1, `took longer than ${WHOLE_RUN_LIMIT_MS / 1000} s`), WHOLE_RUN_LIMIT_MS).unref();
  process.exit(await settled(work, controller.signal, () => abortedCode));
}

async function settled(
  work: (signal: AbortSignal) => Promise<number>,
  signal: AbortSignal,
  abortedCode: () => number | undefined,
): Promise<number> {
  try {
    return await work(signal);
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error;
    process.stderr.write(`demo: ${reason instanceof Error ? reason.message : String(reason)}\n`);
    return abortedCode() ?? 1;
  }
}
