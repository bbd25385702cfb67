import type cluster from 'node:cluster';

/** `node:cluster`, taken when it is used: an import would load child processes and sockets into every service. */
export function nodeCluster(): typeof cluster {
  // At run time it is the object itself, while its types describe an ES module.
  return process.getBuiltinModule('node:cluster') as unknown as typeof cluster;
}
