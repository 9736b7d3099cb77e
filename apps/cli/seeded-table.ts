import { count } from './format.js';
import type { Seeded } from './seed.js';
import type { Table } from './table.js';

const COUNTED = [
  ['read', 'Rows'],
  ['recorded', 'Recorded'],
  ['duplicate', 'Were there'],
  ['notUsage', 'No usage'],
] as const;

/** Every row in one of the columns, so that they add up. No usage: fees for commitment that was not used. */
export const seededTable = ({ usage }: Pick<Seeded, 'usage'>): Table => ({
  title: 'Synthetic usage',
  columns: [
    { title: 'Agreement', align: 'left' },
    ...COUNTED.map(([, title]) => ({ title, align: 'right' }) as const),
  ],
  rows: usage.map((each) => [each.agreement, ...COUNTED.map(([name]) => count(each[name]))]),
  total: [
    'Together',
    ...COUNTED.map(([name]) => count(usage.reduce((sum, each) => sum + each[name], 0))),
  ],
});
