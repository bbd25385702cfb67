/** The part of opossum that is measured. It is CommonJS and ships no types. */
import { createRequire } from 'node:module';

export interface OpossumOptions {
  timeout?: number | false;
  errorThresholdPercentage?: number;
  resetTimeout?: number;
  volumeThreshold?: number;
  capacity?: number;
}

export interface OpossumBreaker {
  fire(argument: number): Promise<unknown>;
  open(): void;
  shutdown(): void;
}

type OpossumConstructor = new (
  action: (argument: number) => Promise<number>,
  options: OpossumOptions,
) => OpossumBreaker;

const require = createRequire(import.meta.url);

export const Opossum: OpossumConstructor = require('opossum');
