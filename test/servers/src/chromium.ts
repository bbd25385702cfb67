import { findProgram } from './find-program.ts';

/** For a browser that runs as root in a container and asks nothing of the network by itself. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Whatever a page refers to: only loopback is reached, and everything else fails at once.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
];

/** The path of Chromium, or undefined where it is missing and cannot be installed. */
export function chromium(): string | undefined {
  return findProgram({ program: 'chromium', aptPackage: 'chromium' });
}
