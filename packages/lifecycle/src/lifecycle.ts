import { channel } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import type { Clock } from '@holdfast/context/clock';
import { LifecycleOptionError, ShutdownBegunError } from './errors.ts';
import { checkMs, checkName, type LifecycleOptions, resolveLifecycle, type StepOptions } from './options.ts';
import { callSafely, warnOfFailures } from './report-failures.ts';
import { createServerDrain } from './server-drain.ts';
import { runShutdown, type ShutdownReport } from './shutdown-run.ts';
import { SHUTDOWN_PHASES, type ShutdownStep, type StepFunction } from './shutdown-step.ts';
import { listenToSignals, raiseAgain, type SignalListener } from './signals.ts';

/** The ordered end of a process: steps by phase, each within its own time and that of all. */
export interface Lifecycle extends AsyncDisposable {
  /** From the first call of `shutdown()`, or the first signal, on. */
  readonly isShuttingDown: boolean;
  /**
   * Adds a step. Steps of one phase run side by side.
   * @returns a function that takes the step out again
   * @throws ShutdownBegunError when its phase has begun
   */
  onShutdown(name: string, fn: StepFunction, options?: StepOptions): () => void;
  /** Adds the steps that stop a server and drain it: no new connections, idle ones closed, requests ended. */
  addServer(server: Server, options?: { name?: string; timeoutMs?: number }): () => void;
  /** Begins the shutdown, or joins the one that is running. Never rejects and never ends the process. */
  shutdown(reason?: string): Promise<ShutdownReport>;
  /** Stops listening to signals; no step is run. */
  close(): Promise<void>;
}

/** Fact `holdfast:lifecycle:shutdown`: the `ShutdownReport`, at the end. */
const shutdownChannel = channel('holdfast:lifecycle:shutdown');

/**
 * An ordered shutdown. Signals are listened to while there is a step; where nothing is to be done, they end the
 * process as ever.
 * @throws LifecycleOptionError
 */
export function createLifecycle(options: LifecycleOptions = {}): Lifecycle {
  const settings = resolveLifecycle(options);
  const { clock } = settings;
  const steps: ShutdownStep[] = [];
  const announcements = new Set<() => void>();
  let begunPhases = 0;
  let running: Promise<ShutdownReport> | undefined;
  let listener: SignalListener | undefined;
  let holders = 0;

  /** Signals are ours as long as there is something to do. */
  function hold(): () => void {
    let held = true;
    holders += 1;
    listener ??= listenToSignals(settings.signals, (signal) => void shutDownFor(signal));
    return () => {
      if (held) holders -= 1;
      held = false;
      if (holders === 0 && running === undefined) stopListening();
    };
  }

  function stopListening(): void {
    listener?.stop();
    listener = undefined;
  }

  async function shutDownFor(signal: NodeJS.Signals): Promise<void> {
    const { ok } = await shutdown(signal);
    process.exitCode ??= ok ? 0 : 1;
    if (settings.exitGraceMs === Number.POSITIVE_INFINITY) return;
    clock.setTimer(() => {
      stopListening();
      raiseAgain(signal);
    }, settings.exitGraceMs);
  }

  function shutdown(reason = 'shutdown()'): Promise<ShutdownReport> {
    running ??= run(reason);
    return running;
  }

  async function run(reason: string): Promise<ShutdownReport> {
    for (const announce of announcements) callSafely(announce);
    const report = await runShutdown({
      steps,
      timeoutMs: settings.timeoutMs,
      clock,
      reason,
      onPhase: (phase) => {
        begunPhases = SHUTDOWN_PHASES.indexOf(phase) + 1;
      },
      onStep: (step) => callSafely(() => options.onStep?.(step)),
    });
    callSafely(() => (options.onReport ?? warnOfFailures)(report));
    if (shutdownChannel.hasSubscribers) shutdownChannel.publish(report);
    return report;
  }

  function add(
    name: string,
    run: StepFunction,
    { phase = 'flush', timeoutMs = settings.stepTimeoutMs }: StepOptions,
  ) {
    const where = `onShutdown(${JSON.stringify(name)})`;
    checkName('onShutdown', name);
    checkMs(where, 'timeoutMs', timeoutMs, 1, 3_600_000);
    const index = SHUTDOWN_PHASES.indexOf(phase);
    if (index < 0) {
      throw new LifecycleOptionError(
        'phase',
        `${where}: phase is ${phase}; it must be one of ${SHUTDOWN_PHASES.join(', ')}.`,
      );
    }
    if (index < begunPhases) throw new ShutdownBegunError(name, phase);
    const step: ShutdownStep = { name, phase, timeoutMs, run };
    steps.push(step);
    return () => {
      const at = steps.indexOf(step);
      if (at >= 0) steps.splice(at, 1);
    };
  }

  function addServer(server: Server, { name = 'http', timeoutMs = settings.stepTimeoutMs } = {}): () => void {
    const drain = createServerDrain(server, { clock });
    const announce = () => drain.announce();
    const undo = [
      add(`stop accepting ${name}`, () => drain.stopAccepting(), { phase: 'accept' }),
      add(
        `drain ${name}`,
        ({ signal }) => {
          signal.addEventListener('abort', () => drain.destroy(), { once: true });
          return drain.drained();
        },
        { phase: 'drain', timeoutMs },
      ),
      () => drain.close(),
      () => void announcements.delete(announce),
    ];
    announcements.add(announce);
    undo.push(hold());
    return () => {
      for (const one of undo) one();
    };
  }

  if (settings.readinessDelayMs > 0) {
    const timeoutMs = settings.timeoutMs;
    const wait = ({ signal }: { signal: AbortSignal }) => sleep(clock, settings.readinessDelayMs, signal);
    add('wait for the balancer', wait, { phase: 'readiness', timeoutMs });
  }

  const close = async () => stopListening();
  return {
    get isShuttingDown() {
      return running !== undefined;
    },
    onShutdown(name, fn, stepOptions = {}) {
      const remove = add(name, fn, stepOptions);
      const release = hold();
      return () => {
        remove();
        release();
      };
    },
    addServer,
    shutdown,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = clock.setTimer(done, ms, { keepAlive: true });
    signal.addEventListener('abort', () => {
      timer.cancel();
      done();
    });
  });
}
