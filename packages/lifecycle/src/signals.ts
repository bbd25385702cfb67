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

export function raiseAgain(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
}
