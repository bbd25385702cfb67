/** Loaded before everything else, moves the wall clock of this process by the milliseconds that a file says. */
import { readFileSync } from 'node:fs';

const LOOK_MS = 20;

const trueNow = Date.now;
const file = process.env['HOLDFAST_PROOF_CLOCK'] ?? '';
let offsetMs = 0;

function look(): void {
  try {
    offsetMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // Nothing is moved yet.
  }
}

look();
setInterval(look, LOOK_MS).unref();

Date.now = () => trueNow() + offsetMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, args: [], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget) as Date,
  apply: (target) => new target(target.now()).toString(),
});
