import { CacheError } from '../errors.ts';

/** The client asked for a kept answer only, and there is none (RFC 9111 section 5.2.1.7). The handler was not run. */
export class OnlyIfCachedError extends CacheError {
  override readonly name = 'OnlyIfCachedError';
  readonly code = 'ERR_CACHE_ONLY_IF_CACHED';
  readonly status = 504;
  readonly expose = true;

  constructor() {
    super('There is no kept answer to this request. Ask again without Cache-Control: only-if-cached.');
  }
}

/** Why those who waited for a request's answer do not get it. Never leaves this folder. */
export class NoSharedAnswer extends Error {
  override readonly name = 'NoSharedAnswer';
  readonly reason: 'not-storable' | 'failed' | 'gone' | 'too-slow';

  constructor(reason: NoSharedAnswer['reason']) {
    super(reason);
    this.reason = reason;
  }
}
