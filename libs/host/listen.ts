import { ConfigurationError, type Config } from './config.js';

/** The api, or what serves probes where there is none. */
export interface Listener {
  listen(port: number, host: string): Promise<unknown>;
  getUrl(): Promise<string>;
}

const PORTS_TRIED = 50;

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | null)?.code;

/** Listens on the configured port, or on the next free one when the port was not set by hand. Returns the URL. */
export const listen = async (
  app: Listener,
  config: Pick<Config, 'host' | 'port' | 'portIsFixed'>,
  setting = 'LEDGER_PORT',
): Promise<string> => {
  for (let tried = 0; ; tried += 1) {
    const port = config.port === 0 ? 0 : config.port + tried;
    try {
      await app.listen(port, config.host);
      const url = await app.getUrl();
      return url.replace('[::1]', '127.0.0.1');
    } catch (error) {
      if (codeOf(error) === 'EADDRNOTAVAIL')
        throw new ConfigurationError(
          'host-unknown',
          `${config.host} is not an address of this machine. Set LEDGER_HOST to one that is: 127.0.0.1, or 0.0.0.0 for all.`,
        );
      if (codeOf(error) !== 'EADDRINUSE') throw error;
      if (config.portIsFixed)
        throw new ConfigurationError(
          'port-busy',
          `Port ${port} of ${config.host} is in use. Stop what uses it, or choose another: ${setting}=${port + 1}.`,
        );
      if (tried === PORTS_TRIED) throw error;
    }
  }
};
