import type { AnyRedis } from './redis-connect.ts';

/** A socket, by what gathers its writes. */
interface Corkable {
  readonly writable: boolean;
  cork(): void;
  uncork(): void;
}

/**
 * Gathers what is written to a connection in the rest of a turn of the event loop into one system call, which costs as
 * much as all else that a client does for a command. The order stays.
 */
export class WriteBatch {
  readonly #client: AnyRedis;
  #begun = false;

  constructor(client: AnyRedis) {
    this.#client = client;
  }

  begin(): void {
    if (this.#begun) return;
    const stream = streamOf(this.#client);
    if (stream === undefined) return;
    this.#begun = true;
    stream.cork();
    setImmediate(() => {
      this.#begun = false;
      stream.uncork();
    });
  }
}

/** The connection's own socket; those of a Cluster's nodes write as they are told. */
function streamOf(client: AnyRedis): Corkable | undefined {
  if (client.isCluster) return undefined;
  const { stream } = client as { stream?: Corkable };
  return stream?.writable === true ? stream : undefined;
}
