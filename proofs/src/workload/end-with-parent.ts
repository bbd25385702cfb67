/** Ends this process when the proof that started it is gone, however it went: their pipe closes. */
process.stdin.once('close', () => process.exit(1)).resume();
process.stdin.unref();
