import { EventEmitter } from 'node:events';
import { contextStorage, isScope, Scope } from '@holdfast/context/storage';
import type { Context, ContextManager } from '@opentelemetry/api';
import { otel } from '../otel-api.ts';
import { bindEmitter } from './bind-emitter.ts';

/**
 * OpenTelemetry's context in the storage of `@holdfast/context`: the active `Context` is the `Scope` itself, so
 * `trace.getActiveSpan()` and `getCurrentTrace()` cannot disagree and a request pays for one async scope.
 */
export class ScopeContextManager implements ContextManager {
  active(): Context {
    return contextStorage.getStore() ?? otel().ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const store = storeFor(context);
    return thisArg === undefined
      ? contextStorage.run(store, fn, ...args)
      : contextStorage.run(store, () => fn.apply(thisArg, args));
  }

  bind<T>(context: Context, target: T): T {
    if (target instanceof EventEmitter)
      return bindEmitter(target, (listener) => this.#bindFunction(context, listener));
    return typeof target === 'function' ? (this.#bindFunction(context, target as never) as T) : target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }

  #bindFunction<F extends (...args: unknown[]) => unknown>(context: Context, fn: F): F {
    const store = storeFor(context);
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return contextStorage.run(store, () => fn.apply(this, args));
    };
    Object.defineProperty(bound, 'length', { configurable: true, value: fn.length });
    return bound as F;
  }
}

/** The root context means outside of every request: there the storage is empty. */
function storeFor(context: Context): Scope {
  if (isScope(context)) return context;
  return context === otel().ROOT_CONTEXT ? (undefined as unknown as Scope) : Scope.around(context);
}
