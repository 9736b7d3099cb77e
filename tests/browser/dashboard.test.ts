import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeBrowser, launch, openPage, type Watched } from './browser.js';
import { AGREEMENT, PLEDGE } from '../integration/api/examples.js';
import type { RunningApi } from '../integration/api/running-api.js';
import { shown, sum } from './amounts.js';
import { daysAgo, signIn, startDeals } from './signed-in.js';

describeBrowser('the dashboard', () => {
  let api: RunningApi;
  let browser: Browser;
  let open: Watched[] = [];
  beforeAll(async () => {
    api = await startDeals();
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await api.close();
  }, 60_000);
  afterEach(async () => {
    const faults = open.flatMap((watched) => watched.faults);
    await Promise.all(open.map(({ page }) => page.context().close()));
    open = [];
    expect(faults).toEqual([]);
  });

  const newPage = async (): Promise<Page> => {
    const watched = await openPage(browser, api.base);
    open.push(watched);
    return watched.page;
  };
  const signedIn = async (): Promise<Page> => {
    const page = await newPage();
    await signIn(page, api.keys.auditor);
    return page;
  };
  const standings = async (query = '') => (await api.get(`/v1/portfolio${query}`)).json.data;

  it('shows of every commitment what the api answers, the riskiest first', async () => {
    const page = await signedIn();
    const rows = page.locator('.commitments tbody tr');
    const answered = await standings();
    await rows.first().waitFor();
    expect(await rows.count()).toBe(answered.length);
    for (const [index, { name, remaining, pastDue, risk }] of answered.entries()) {
      const row = rows.nth(index);
      expect(await row.getByRole('rowheader').getByRole('link').textContent()).toBe(name);
      expect(await row.locator('[data-of=Remaining]').textContent()).toContain(
        shown(remaining.amount),
      );
      expect(await row.locator('[data-of="Past due"]').textContent()).toContain(
        shown(pastDue.amount),
      );
      expect((await row.locator('[data-of=Risk]').textContent())?.toLowerCase()).toContain(
        `${risk.level}${risk.reason.replaceAll('-', ' ')}`,
      );
    }
    const tile = page.locator('.tile').filter({ hasText: 'Remaining' });
    expect(await tile.textContent()).toContain(
      shown(
        sum(answered.map(({ remaining }: { remaining: { amount: string } }) => remaining.amount)),
      ),
    );
  });

  it('moves when usage is posted, without being asked', async () => {
    const page = await signedIn();
    await page.locator('.commitments').waitFor();
    await page.locator('.freshness.live').waitFor();
    const body = {
      ...{ source: 'urn:tests', id: 'while-open', agreement: 'amazon-anthropic', currency: 'USD' },
      ...{ effectiveAt: `${daysAgo(1)}T08:00:00Z`, amount: '1234567.89' },
    };
    const before = (await standings()).find(
      ({ commitmentId }: { commitmentId: string }) => commitmentId === 'amazon-anthropic.cloud',
    );
    expect((await api.send({ url: '/v1/usage-events', body })).status).toBe(201);
    const after = shown(sum([before.remaining.amount, '-1234567.89']));
    await page
      .getByRole('row', { name: before.name })
      .getByText(after)
      .waitFor({ timeout: 10_000 });
    await page.getByText('applied USD 1.23 M').waitFor();
  });

  it('opens a number into entries that add up, and an entry into the text that it was hashed from', async () => {
    const page = await signedIn();
    await page.goto('/commitments/amazon-openai.capacity');
    await page.getByRole('button', { name: /^Applied: .* What made it$/ }).click();
    const explained = page.getByRole('dialog');
    await explained.getByText('The lines add up to it.').waitFor();
    const { applied } = (await api.get('/v1/commitments/amazon-openai.capacity/burn-down')).json;
    expect(await explained.locator('.value').textContent()).toBe(shown(applied.amount));
    await explained.getByRole('button', { name: 'DrawdownRecorded' }).first().click();
    await page.getByText('Your browser computed the same hash from this text.').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(({ search }) => search === '');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('shows another day as the api has it, and says that it is not now', async () => {
    const page = await signedIn();
    const asOf = daysAgo(30);
    await page.goto(`/?asOf=${asOf}`);
    await page
      .getByText(`This is not now: you see the figures as of the end of ${asOf}.`)
      .waitFor();
    const [first] = await standings(`?asOf=${asOf}`);
    await page
      .locator('.commitments tbody tr')
      .first()
      .getByText(shown(first.remaining.amount))
      .waitFor();
    await page.getByRole('link', { name: first.name }).click();
    await page.getByRole('heading', { level: 1, name: first.name }).waitFor();
    expect(page.url()).toContain(`asOf=${asOf}`);
    await page.getByRole('status').getByRole('button', { name: 'Back to now' }).click();
    await page.locator('.notice').waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('asOf');
  });

  it('adds up what binds, and nothing that is only proposed', async () => {
    const total = { amount: '5000000000.00', currency: 'USD' };
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'proposal' });
    const pledged = await api.command('/v1/agreements/proposal/commitments', { ...PLEDGE, total });
    expect(pledged.status).toBe(201);
    const page = await signedIn();
    const row = page.getByRole('row', { name: PLEDGE.name });
    await row.getByText('not binding').waitFor();
    expect(await row.locator('[data-of=Remaining]').textContent()).toContain(shown(total.amount));
    const { together } = (await api.get('/v1/obligations')).json;
    const tile = page.locator('.tile').filter({ hasText: 'Remaining' });
    expect(await tile.textContent()).toContain(shown(together[0].remaining.amount));
    const binding = together[0].commitments;
    const behind = page.locator('.tile').filter({ hasText: 'Behind' });
    expect(await behind.textContent()).toContain(` of ${binding}`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(
      ` of ${binding} commitments`,
    );
  });

  it('signs in by a link, once', async () => {
    const made = await api.send({
      ...{ url: '/session/links', body: {}, as: 'auditor' },
    });
    const [page, other] = [await newPage(), await newPage()];
    await page.goto(made.json.path);
    await page.getByRole('heading', { name: /remains/ }).waitFor();
    expect(page.url()).toBe(`${api.base}/`);
    await other.goto(made.json.path);
    await other.getByText('the link was used before').waitFor();
  });

  it('shows nothing of one tenant to whoever signs in next with the same browser', async () => {
    const page = await newPage();
    await page.clock.install();
    await signIn(page, api.keys.auditor);
    await page.locator('.commitments tbody tr').first().waitFor();
    // In another tab, while no answer comes any more.
    await page.route('**/v1/**', () => undefined);
    const signed = await page.context().request.post('/session', {
      ...{ data: { key: api.keys.stranger }, headers: { origin: api.base } },
    });
    expect(signed.status()).toBe(200);
    await page.clock.fastForward(61_000);
    await page.locator('.tenant').getByText('other').waitFor();
    expect(await page.locator('.commitments tbody tr').count()).toBe(0);
  });

  it('says to a key that may see nothing which roles may', async () => {
    const page = await newPage();
    await signIn(page, api.keys.poster);
    await page.getByRole('heading', { name: 'Nothing to see with this key' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
  });

  it('keeps the old figures, greyed, when the server is away, and says for how long nothing was heard', async () => {
    const page = await newPage();
    await page.clock.install();
    await signIn(page, api.keys.auditor);
    await page.locator('.commitments').waitFor();
    await page.route('**/v1/**', (route) => route.abort());
    // The stream that is open goes silent: the browser's clock runs on, and the server's beats do not come as fast.
    await page.clock.fastForward(40_000);
    await page.locator('.freshness.stale').getByText('Stale: nothing heard for').waitFor();
    await page.goto('/');
    await page.getByRole('alert').first().getByText('unreachable').waitFor();
    await page.unroute('**/v1/**');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.locator('.commitments tbody tr').first().waitFor();
    const [watched] = open;
    open = [];
    expect(watched?.faults.filter((fault) => !fault.includes('net::ERR_FAILED'))).toEqual([]);
    await page.context().close();
  });

  it.each([360, 768, 1280, 1600])('fits %i pixels', async (width) => {
    const page = await signedIn();
    await page.setViewportSize({ width, height: 900 });
    for (const path of [
      '/',
      '/commitments/amazon-openai.capacity',
      '/obligations',
      '/concentration',
    ]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      const beyond = await page.evaluate<number>(
        'document.documentElement.scrollWidth - innerWidth',
      );
      expect({ path, beyond }).toEqual({ path, beyond: 0 });
    }
  });
});
