import { describe } from '@jest/globals';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** Where the build puts the dashboard, which `npm test` has made before any test runs. */
export const SITE = resolve('dist', 'apps', 'dashboard', 'site');

const found = (): string | null => {
  const given = process.env['CHROMIUM'];
  if (given !== undefined) return given;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const places = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return places.find((place) => existsSync(place)) ?? null;
};

const executable = found();
const missing = (): string | null => {
  if (executable === null)
    return 'no Chromium is installed: install it (Debian: apt install chromium), or set CHROMIUM';
  return existsSync(SITE) ? null : 'the dashboard is not built: npm run build';
};
const required = (process.env['LEDGER_TEST_REQUIRE'] ?? '').split(',').includes('browser');

/** `describe`, or `describe.skip` with a loud line where there is no browser and none is required. */
export const describeBrowser = (name: string, tests: () => void): void => {
  const reason = missing();
  if (reason === null) return describe(name, tests);
  if (required)
    throw new Error(`A browser is required (LEDGER_TEST_REQUIRE) and missing: ${reason}`);
  process.stderr.write(`\nSKIPPED, no browser: ${name}. ${reason}\n`);
  describe.skip(name, tests);
};

export const launch = (): Promise<Browser> =>
  chromium.launch({
    ...(executable === null ? {} : { executablePath: executable }),
    // Chromium refuses to be confined as root, and /dev/shm is small in containers.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });

/** A page, and what it must never do: complain, or ask another server for anything. */
export interface Watched {
  readonly page: Page;
  readonly faults: readonly string[];
}

export const openPage = async (
  browser: Browser,
  base: string,
  options: BrowserContextOptions = {},
): Promise<Watched> => {
  const context = await browser.newContext({ baseURL: base, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // That a session is asked for and is not there is how a sign-in begins.
    if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== base) faults.push(`asks ${request.url()}`);
  });
  return { page, faults };
};
