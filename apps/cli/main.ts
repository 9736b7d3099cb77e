#!/usr/bin/env node
import { runProgram } from './program.js';

// `show … | head` closes the pipe early, and a terminal may be closed under us. Neither is a failure, but what runs must
// end in order, or an embedded PostgreSQL would be left behind: whoever listens for SIGTERM ends, everybody else finishes.
let readerGone = false;
const onReaderGone = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  if (readerGone) return;
  readerGone = true;
  process.emit('SIGTERM', 'SIGTERM');
};
process.stdout.on('error', onReaderGone);
process.stderr.on('error', onReaderGone);

process.exitCode = await runProgram(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
});
