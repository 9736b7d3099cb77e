import type { TestServer } from './global-setup.js';

const teardown = async (): Promise<void> => {
  const server = (globalThis as TestServer).embeddedServer;
  if (server === undefined || server.exitCode !== null) return;
  await new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.stdin?.end();
  });
};

export default teardown;
