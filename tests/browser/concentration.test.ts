import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeBrowser, launch, openPage, type Watched } from './browser.js';
import type { RunningApi } from '../integration/api/running-api.js';
import { shown } from './amounts.js';
import { daysAgo, signIn, startDeals } from './signed-in.js';

interface Share {
  readonly vendorId: string;
  readonly amount: { readonly amount: string };
  readonly share: string;
}
const VENDORS: Readonly<Record<string, string>> = {
  amazon: 'Amazon (AWS)',
  microsoft: 'Microsoft (Azure)',
  google: 'Google (Google Cloud)',
};

describeBrowser('the page of concentration', () => {
  let api: RunningApi;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  beforeAll(async () => {
    api = await startDeals();
    for (const [agreement, amount] of [
      ['microsoft-openai', '20000000.5'],
      ['google-anthropic', '7000000'],
    ] as const) {
      const body = {
        ...{ source: 'urn:tests', id: `of-${agreement}`, agreement, amount, currency: 'USD' },
        effectiveAt: `${daysAgo(1)}T08:00:00Z`,
      };
      const { json } = await api.send({ url: '/v1/usage-events', body });
      await api.get(`/v1/portfolio?minPosition=${json.shard}:${json.position}`);
    }
    browser = await launch();
    watched = await openPage(browser, api.base);
    page = watched.page;
    await signIn(page, api.keys.auditor);
  }, 120_000);
  afterAll(async () => {
    expect(watched.faults).toEqual([]);
    await browser.close();
    await api.close();
  }, 60_000);

  const answered = async (query = '') =>
    (await api.get(`/v1/vendors/concentration${query}`)).json.currencies[0];
  const percent = (share: string): string => `${(Number(share) * 100).toFixed(1)}\u00a0%`;
  const points = (hhi: string): string => Math.round(Number(hhi)).toLocaleString('en');
  const figure = (name: string) =>
    page.locator('.figures > div').filter({ has: page.getByText(name, { exact: true }) });

  const isAsAnswered = async (query: string): Promise<void> => {
    const { vendors, hhi, band, baseAmount } = await answered(query);
    expect(vendors.length).toBeGreaterThan(1);
    const { vendorId, share: largest } = vendors[0];
    await page
      .getByRole('heading', {
        level: 1,
        name: `${VENDORS[vendorId] ?? ''} has ${percent(largest)} of `,
      })
      .waitFor();
    expect(await page.locator('h1').textContent()).toContain(
      `HHI ${points(hhi)}, ${band} concentration.`,
    );
    await page.locator('.fresh .shares').waitFor();
    expect(await figure('Shared out').textContent()).toContain(shown(baseAmount.amount));
    expect(await page.locator('.shares tbody tr').count()).toBe(vendors.length);
    for (const [index, { vendorId: id, amount, share }] of (vendors as Share[]).entries()) {
      const row = await page.locator('.shares tbody tr').nth(index).textContent();
      expect(row).toContain(VENDORS[id]);
      expect(row).toContain(percent(share));
      expect(row).toContain(shown(amount.amount));
    }
  };

  it('has the shares of the spend as the api has them, and each month in its table', async () => {
    await page.getByRole('link', { name: 'Concentration' }).click();
    await isAsAnswered('');
    const { months } = await answered();
    expect(months.length).toBeGreaterThan(1);
    await page.locator('.chart svg').waitFor();
    await page.getByText('The same as a table').click();
    for (const { month, hhi, baseAmount } of months) {
      const row = page.getByRole('row', { name: month });
      expect(await row.textContent()).toContain(points(hhi));
      expect(await row.textContent()).toContain(shown(baseAmount.amount));
    }
  });

  it('opens an index and a share of a month into what made them', async () => {
    await page.goto('/concentration');
    const { hhi, months } = await answered();
    await page.getByRole('button', { name: /^HHI: / }).click();
    const explained = page.getByRole('dialog');
    await explained.locator('.value').waitFor();
    expect(await explained.locator('.value').textContent()).toBe(hhi);
    await page.keyboard.press('Escape');
    const { month, vendors } = months.at(-1);
    await page.getByText('The same as a table').click();
    await page
      .getByRole('button', { name: `Share of ${VENDORS[vendors[0].vendorId] ?? ''} in ${month}: ` })
      .click();
    await explained.locator('.value').waitFor();
    expect(await explained.locator('.value').textContent()).toBe(vendors[0].share);
  });

  it('shares out what remains and what is committed, of one customer too, and its address says so', async () => {
    await page.goto('/concentration');
    await page.getByLabel('Remaining obligation').check();
    await isAsAnswered('?base=remaining');
    await page.getByLabel('Customer').selectOption({ label: 'OpenAI' });
    await page.getByRole('heading', { level: 1, name: /^OpenAI: / }).waitFor();
    await isAsAnswered('?base=remaining&customerId=openai');
    expect(new URL(page.url()).search).toBe('?base=remaining&customerId=openai');
    await page.getByText('Figures of one customer do not open').waitFor();
    const asOf = daysAgo(40);
    await page.goto(`/concentration?base=committed&asOf=${asOf}`);
    await isAsAnswered(`?base=committed&asOf=${asOf}`);
    await page.getByText(`you see the figures as of the end of ${asOf}`).waitFor();
  });
});
