import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeBrowser, launch, openPage, type Watched } from './browser.js';
import type { RunningApi } from '../integration/api/running-api.js';
import { shown, sum } from './amounts.js';
import { daysAgo, signIn, startDeals } from './signed-in.js';

interface Listed {
  readonly commitmentId: string;
  readonly name: string;
  readonly vendor: { readonly name: string };
  readonly remaining: { readonly amount: string };
  readonly byDue: { readonly pastDue: { readonly amount: string } };
}

describeBrowser('the page of obligations', () => {
  let api: RunningApi;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  beforeAll(async () => {
    api = await startDeals();
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

  const answered = async (query = '') => (await api.get(`/v1/obligations${query}`)).json;
  const step = (name: string) =>
    page.locator('.due tbody').filter({ has: page.getByRole('rowheader', { name, exact: true }) });

  it('has each step of the ladder as the api has it, and under it what makes it', async () => {
    await page.getByRole('link', { name: 'Obligations' }).click();
    await page.getByRole('heading', { level: 1, name: /is still owed/ }).waitFor();
    const { data, together } = await answered();
    const [{ byDue }] = together;
    const steps: readonly (readonly [string, string])[] = [
      ['Past due', byDue.pastDue.amount],
      ...byDue.years.map(
        ({ from, to, amount }: { from: string; to: string; amount: { amount: string } }) =>
          [`${from} to ${to}`, amount.amount] as const,
      ),
      [`After ${byDue.years.at(-1).to}`, byDue.thereafter.amount],
      ['No known day', byDue.undated.amount],
    ];
    expect(steps).toHaveLength(8);
    for (const [name, amount] of steps) {
      const row = await step(name).locator('.rung').textContent();
      expect(row).toContain(amount === '0' ? 'nothing' : shown(amount));
    }
    const late = (data as readonly Listed[]).filter(
      ({ byDue: { pastDue } }) => pastDue.amount !== '0',
    );
    expect(late.length).toBeGreaterThan(1);
    expect(await step('Past due').getByRole('link').count()).toBe(late.length);
    for (const {
      name,
      byDue: { pastDue },
    } of late)
      expect(await step('Past due').getByRole('row', { name }).textContent()).toContain(
        shown(pastDue.amount),
      );
  });

  it('says of each vendor what its commitments come to, and the picture says the same as its table', async () => {
    await page.goto('/obligations');
    const { data, together } = await answered();
    const vendors = [...new Set((data as readonly Listed[]).map(({ vendor }) => vendor.name))];
    expect(vendors.length).toBeGreaterThan(1);
    for (const vendor of vendors) {
      const its = (data as readonly Listed[]).filter((each) => each.vendor.name === vendor);
      const row = page.locator('.vendors').getByRole('row', { name: vendor });
      expect(await row.locator('td').last().textContent()).toContain(
        shown(sum(its.map(({ remaining }) => remaining.amount))),
      );
    }
    await page.locator('.chart svg').waitFor();
    await page.getByText('The same as a table').click();
    const twin = page.getByRole('region', { name: 'What falls due as a table' });
    expect(
      await twin.getByRole('row', { name: 'Past due' }).locator('td').last().textContent(),
    ).toBe(shown(together[0].byDue.pastDue.amount));
  });

  it('opens what falls due into what made it, and shows another day as the api has it', async () => {
    const asOf = daysAgo(40);
    await page.goto(`/obligations?asOf=${asOf}`);
    const { data } = await answered(`?asOf=${asOf}`);
    const [first] = (data as readonly Listed[])
      .filter(({ byDue: { pastDue } }) => pastDue.amount !== '0')
      .slice(0, 1);
    const name = first?.name ?? '';
    await page.getByRole('button', { name: `Past due, of ${name}: ` }).click();
    const explained = page.getByRole('dialog');
    await explained.getByText('The lines add up to it.').waitFor();
    expect(await explained.locator('.value').textContent()).toBe(
      shown(first?.byDue.pastDue.amount ?? ''),
    );
    await page.getByText(`you see the figures as of the end of ${asOf}`).waitFor();
  });
});
