import { CommandBus } from '@nestjs/cqrs';
import type { Page } from 'playwright-core';
import { decideThrough } from '../../libs/application/decide-command.js';
import { seedReferencePortfolio } from '../../infra/reference-portfolio/seed.js';
import { startApi, type RunningApi } from '../integration/api/running-api.js';
import { SITE } from './browser.js';

const TODAY = new Date().toISOString().slice(0, 10);
const DAY_MS = 86_400_000;
export const daysAgo = (days: number): string =>
  new Date(Date.parse(TODAY) - days * DAY_MS).toISOString().slice(0, 10);

/** The reference deals, and two months of use of one of them, a million and some a day. */
export const startDeals = async (): Promise<RunningApi> => {
  const api = await startApi({ parties: [], site: SITE });
  await seedReferencePortfolio({
    decide: decideThrough(api.app.get(CommandBus)),
    ...{ reader: api.ledger, tenant: 'acme', today: TODAY, actor: 'tests' },
  });
  const use = Array.from({ length: 60 }, (_, index) => ({
    ...{ source: 'urn:tests', id: `day-${index}`, agreement: 'amazon-openai', currency: 'USD' },
    effectiveAt: `${daysAgo(60 - index)}T08:00:00Z`,
    amount: `${1_000_000 + 10_000 * (index % 7)}.25`,
    attributes: { serviceCategory: 'AI and Machine Learning' },
  }));
  const posted = await api.send({ url: '/v1/usage-events/batch', body: use });
  const { shard, position } = posted.json.results.at(-1);
  await api.get(`/v1/portfolio?minPosition=${shard}:${position}`);
  return api;
};

export const signIn = async (page: Page, key: string): Promise<void> => {
  await page.goto('/');
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
};
