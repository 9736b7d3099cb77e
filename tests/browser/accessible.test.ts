import { afterAll, beforeAll, expect, it } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { describeBrowser, launch, openPage } from './browser.js';
import type { RunningApi } from '../integration/api/running-api.js';
import { signIn, startDeals } from './signed-in.js';

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

describeBrowser('the dashboard is there for everybody', () => {
  let api: RunningApi;
  let browser: Browser;
  beforeAll(async () => {
    api = await startDeals();
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await api.close();
  }, 60_000);

  const violations = async (page: Page): Promise<readonly object[]> => {
    await page.evaluate(axe.source);
    const found = await page.evaluate<{ readonly violations: readonly Violation[] }>('axe.run()');
    return found.violations.map(({ id, nodes }) => ({
      id,
      where: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
    }));
  };

  it.each(['light', 'dark'] as const)('in the %s theme', async (colorScheme) => {
    const { page, faults } = await openPage(browser, api.base, { colorScheme });
    await page.goto('/');
    await page.getByLabel('API key').waitFor();
    expect(await violations(page)).toEqual([]);
    await signIn(page, api.keys.auditor);
    await page.locator('.commitments').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto('/commitments/amazon-openai.capacity?asOf=2100-01-01');
    await page.locator('.refused, .figures').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto('/commitments/amazon-openai.capacity');
    await page.locator('.chart svg').waitFor();
    await page.getByRole('heading', { name: 'Latest use' }).waitFor();
    await page.getByText('The same as a table').click();
    expect(await violations(page)).toEqual([]);
    await page
      .getByRole('button', { name: /^Applied: / })
      .first()
      .click();
    await page.getByText('The lines add up to it.').waitFor();
    expect(await violations(page)).toEqual([]);
    for (const path of ['/obligations', '/concentration']) {
      await page.goto(path);
      await page.locator('.chart svg').waitFor();
      await page.getByText('The same as a table').click();
      expect(await violations(page)).toEqual([]);
    }
    await page.context().close();
    // A day in the future is refused, of which browsers tell.
    expect(faults.filter((fault) => !fault.includes('422'))).toEqual([]);
  });
});
