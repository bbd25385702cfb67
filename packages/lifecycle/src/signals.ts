export interface SignalListener {
  stop(): void;
}

/**
 * Calls `onFirst` for the first signal. A second one ends the process at once: our listeners are taken off and the
 * signal is raised again, so that it does what it does without this package.
 */
export function listenToSignals(
  signals: readonly NodeJS.Signals[],
  onFirst: (signal: NodeJS.Signals) => void,
): SignalListener {
  let received = false;
  const listener = (signal: NodeJS.Signals) => {
    if (received) {
      stop();
      raiseAgain(signal);
      return;
    }
    received = true;
    onFirst(signal);
  };
  const stop = () => {
    for (const signal of signals) process.off(signal, listener);
  };
  for (const signal of signals) process.on(signal, listener);
  return { stop };
}

/**
 * Ends the process by the signal. The first process of a container is the exception: to it the kernel delivers no
 * signal without a listener, so it exits with the code that a shell gives for the signal.
 */
export function raiseAgain(signal: NodeJS.Signals): void {
  if (process.pid === 1) {
    process.exit(128 + process.getBuiltinModule('node:os').constants.signals[signal]);
  }
  process.kill(process.pid, signal);
}
