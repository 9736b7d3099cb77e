import type { TestServer } from './global-setup.js';

const teardown = async (): Promise<void> => {
  const servers = (globalThis as TestServer).testServers ?? [];
  await Promise.all(
    servers
      .filter((server) => server.exitCode === null)
      .map(
        (server) =>
          new Promise<void>((resolve) => {
            server.once('exit', () => resolve());
            server.stdin?.end();
          }),
      ),
  );
};

export default teardown;
