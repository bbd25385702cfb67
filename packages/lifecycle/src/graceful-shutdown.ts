import { createLifecycle, type Lifecycle } from './lifecycle.ts';

/** The lifecycle of the process, with the default options. It listens to signals while it has a step. */
export const gracefulShutdown: Lifecycle = createLifecycle();
