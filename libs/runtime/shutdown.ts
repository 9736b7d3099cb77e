/** Runs `close` once on SIGINT or SIGTERM, then exits; a second signal exits at once. */
export const onShutdown = (close: () => Promise<void>): void => {
  let closing = false;
  const stop = (): void => {
    if (closing) process.exit(130);
    closing = true;
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
};
