import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Clock, systemClock, type Timer } from '@holdfast/context/clock';

/** Ends the connections of an HTTP server without cutting a request. */
export interface ServerDrain extends Disposable {
  /** Open connections, those of upgraded protocols included. */
  readonly connections: number;
  /** From now on every answer asks the client to close the connection, so that clients move to other instances. */
  announce(): void;
  /** Takes no new connections, closes those that are idle now and those that become idle. */
  stopAccepting(): void;
  /** Resolves when the last connection is gone, after `stopAccepting`. */
  drained(): Promise<void>;
  /** Cuts every connection that is left. */
  destroy(): void;
  /** Stops watching the server; it and its connections stay as they are. */
  close(): void;
}

const SWEEP_MS = 50;
/** A connection may have been accepted a moment before its first byte arrives. */
const SWEEPS_BEFORE_SILENT_ARE_CUT = 5;

/**
 * Watches the connections of a server; call it before `listen()`. What it costs is paid for each connection, not
 * for each request.
 */
export function createServerDrain(
  server: Server,
  { clock = systemClock }: { clock?: Clock } = {},
): ServerDrain {
  const sockets = new Set<Socket>();
  const onConnection = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  const onRequest = (_request: unknown, response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  let sweeps = 0;
  let timer: Timer | undefined;
  let closing: Promise<void> | undefined;

  // Node counts a connection that has sent nothing yet as active: it would hold the server open until it is timed out.
  function sweep(): void {
    sweeps += 1;
    server.closeIdleConnections();
    if (sweeps > SWEEPS_BEFORE_SILENT_ARE_CUT) {
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    }
    timer = clock.setTimer(sweep, SWEEP_MS);
  }

  function announce(): void {
    server.off('request', onRequest);
    server.prependListener('request', onRequest);
  }

  function close(): void {
    timer?.cancel();
    server.off('connection', onConnection);
    server.off('request', onRequest);
  }

  function closeServer(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => {
        timer?.cancel();
        resolve();
      });
      sweep();
    });
  }

  server.on('connection', onConnection);
  return {
    get connections() {
      let open = 0;
      for (const socket of sockets) if (!socket.destroyed) open += 1;
      return open;
    },
    announce,
    stopAccepting() {
      announce();
      closing ??= closeServer();
    },
    drained: () => closing ?? Promise.resolve(),
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
    close,
    [Symbol.dispose]: close,
  };
}
