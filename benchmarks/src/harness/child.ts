/** The parent's side of a process that is measured, or that measures: started with IPC, asked, and ended. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface Child {
  readonly pid: number;
  /** Calls a handler of `answerParent` in the child. Rejects when it throws or when the child ends first. */
  ask<T>(handler: string, argument?: unknown): Promise<T>;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const EXEC_ARGV = ['--expose-gc', '--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning'];
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const STDERR_KEPT_CHARACTERS = 4_000;

/** Forks `file`, a TypeScript module that calls `answerParent`, and waits until it has. */
export async function startChild(file: URL, options: ChildOptions = {}): Promise<Child> {
  const child = fork(file, options.args ?? [], {
    execArgv: EXEC_ARGV,
    env: { ...process.env, NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const conversation = new Conversation(child);
  await conversation.ready();
  return {
    pid: child.pid ?? 0,
    ask: async <T>(handler: string, argument?: unknown) => (await conversation.ask(handler, argument)) as T,
    stop: () => end(child),
  };
}

class Conversation {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #stderr = '';
  #ended: Error | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT_CHARACTERS);
    });
    child.on('message', (answer: Answer) => this.#settle(answer));
    child.once('error', (error) => this.#failAll(error));
    child.once('exit', (code, signal) => {
      this.#failAll(new Error(`${child.spawnargs.at(-1)} ended with ${signal ?? code}.\n${this.#stderr}`));
    });
  }

  /** The child's first message has id 0. */
  ready(): Promise<unknown> {
    const timer = setTimeout(() => {
      this.#failAll(new Error(`A process was not ready within ${READY_TIMEOUT_MS} ms.\n${this.#stderr}`));
    }, READY_TIMEOUT_MS);
    return this.#wait(0).finally(() => clearTimeout(timer));
  }

  ask(handler: string, argument: unknown): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = this.#wait(id);
    this.#child.send({ id, handler, argument });
    return answer;
  }

  #wait(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.error === undefined) waiting?.resolve(answer.value);
    else waiting?.reject(new Error(answer.error));
  }

  #failAll(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}
