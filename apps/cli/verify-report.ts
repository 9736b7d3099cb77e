import { basename } from 'node:path';
import type { Finding, FindingName } from '../../libs/audit/finding.js';
import type { VerifyReport } from '../../libs/audit/report.js';
import { count, plural, printable } from './format.js';
import type { Report } from './report.js';
import type { Table } from './table.js';

/** The checkpoint that a run was given, and what it cannot prove. */
export interface Against {
  readonly file: string;
  readonly limits: readonly string[];
}

const DETAILS_SHOWN = 10;

/** What a run came to, in one sentence. */
const conclusionOf = (report: VerifyReport, against: Against | null): string => {
  const { events, shards, findingsTotal, durationMs, checkpoint, level } = report;
  const read = `${plural(events, 'event')} in ${plural(shards.length, 'shard')} recomputed from their stored bytes in ${(durationMs / 1000).toFixed(1)} s`;
  if (level === 'not-sound')
    return `NOT SOUND: ${plural(findingsTotal, 'finding')} in ${plural(events, 'event')}.`;
  if (level === 'internally-consistent' || checkpoint === null || against === null)
    return `Internally consistent only: ${read}.`;
  const taken =
    checkpoint.takenAt === null ? 'taken before that was noted' : checkpoint.takenAt.slice(0, 10);
  return `Sound, and ${basename(against.file)} (${taken}, ${plural(checkpoint.events, 'event')}) is part of it: ${read}.`;
};

export const verifyReport = (report: VerifyReport, against: Against | null): Report => {
  const conclusion = conclusionOf(report, against);
  const checkpoint =
    report.checkpoint === null || against === null
      ? null
      : { file: against.file, ...report.checkpoint, limits: against.limits };
  return {
    headline: printable(conclusion),
    tables: [shardsTable(report), ...(report.findings.length === 0 ? [] : [findingsTable(report)])],
    notes: notesOf(report, against).map(printable),
    answer: { ...report, checkpoint, conclusion },
    records: {
      columns: ['shard', 'position', 'from', 'to', 'finding', 'column', 'detail'],
      rows: report.findings.map(({ shard, position, from, to, finding, column, detail }) => [
        ...[shard, position, from, to, finding, column, detail],
      ]),
    },
    seen: null,
  };
};

const shardsTable = ({ shards }: VerifyReport): Table => ({
  title: 'Shards: keep the report elsewhere, its hashes make a later change provable',
  columns: [
    { title: 'Shard', align: 'right' },
    { title: 'Events', align: 'right' },
    { title: 'Position', align: 'right', drop: 1 },
    { title: 'Last hash', align: 'left' },
  ],
  rows: shards.map(({ shard, events, position, hash }) => [
    String(shard),
    count(events),
    count(position),
    hash,
  ]),
});

const findingsTable = ({ findings, findingsTotal }: VerifyReport): Table => ({
  title:
    findingsTotal === findings.length
      ? 'Findings'
      : `Findings: the first ${findings.length} of ${count(findingsTotal)}`,
  columns: [
    { title: 'Shard', align: 'right' },
    { title: 'Position', align: 'right' },
    { title: 'Finding', align: 'left' },
    { title: 'Column', align: 'left', drop: 1 },
  ],
  rows: findings.map((finding) => [
    finding.shard === null ? '–' : String(finding.shard),
    placeOf(finding),
    finding.finding,
    finding.column ?? '',
  ]),
});

const placeOf = ({ position, from, to }: Finding): string => {
  if (from === null || to === null) return '–';
  return position !== null && from === to ? String(position) : `${from} to ${to}`;
};

const notesOf = (report: VerifyReport, against: Against | null): string[] => {
  const { findings, level, meaning, keys, skips, unread } = report;
  const notes = findings
    .slice(0, DETAILS_SHOWN)
    .map((finding, at) => `${at === 0 ? 'First finding' : finding.finding}: ${finding.detail}`);
  if (level === 'internally-consistent')
    notes.push(
      'A history that was rewritten as a whole, or cut off at its end, would look the same: only a ' +
        'report that was kept elsewhere can tell. Keep one: commitment-ledger verify --json --out ' +
        'kept.json. Compare later: commitment-ledger verify --checkpoint kept.json',
    );
  if (against !== null) notes.push(...against.limits);
  notes.push(
    meaning === null
      ? 'Requests were not decided again, and kept states not compared (--quick).'
      : 'Decided again on the entries before them: ' +
          `${plural(meaning.decisions, 'request')}${older(meaning.olderEntries)}. Kept states compared: ` +
          `${count(meaning.states)}.`,
  );
  if (skips > 0)
    notes.push(
      `${plural(skips, 'entry', 'entries')} say that a view passes over an event: its figures are short of it.`,
    );
  if (keys !== null && keys.beforeRecord.length > 0)
    notes.push(
      `API keys made before keys were put on record: ${keys.beforeRecord.join(', ')} (tenant, name).`,
    );
  if (keys !== null && keys.endNotRecorded.length > 0)
    notes.push(
      `API keys of which the end is not on record: ${keys.endNotRecorded.join(', ')} (tenant, name). commitment-ledger key revoke NAME puts it there.`,
    );
  if (unread.length > 0)
    notes.push(`Not looked at, because this role may not read it: ${unread.join(', ')}.`);
  notes.push(
    'Parked usage and refusals lie outside the chain: nothing here says that they are what came in.',
  );
  return notes;
};

const older = (entries: number): string =>
  entries === 0
    ? ''
    : `; ${plural(entries, 'entry', 'entries')} of older rules only folded, not decided again`;

const GUARDS: readonly FindingName[] = ['catalogue-mismatch'];
const BESIDE: readonly FindingName[] = ['relay-mismatch', 'projection-mismatch', 'key-mismatch'];

/** The last line on the screen: what is wrong with the ledger, and what to do. */
export const whatIsWrong = (
  { findings: [first] }: VerifyReport,
  file: string | null,
): [message: string, fix: string] => {
  const finding = first?.finding ?? 'checkpoint-mismatch';
  const detail = first?.detail ?? '';
  if (GUARDS.includes(finding))
    return [
      `What guards the ledger is not as the migrations made it: ${detail}.`,
      'Find out who changed it and since when it was so. Then put it back, and hold the ledger against a checkpoint of before.',
    ];
  if (BESIDE.includes(finding))
    return [
      `What stands beside the ledger does not fit it: ${finding}: ${detail}.`,
      'The entries are as they should be; find out who changed the table beside them.',
    ];
  const compared =
    finding === 'checkpoint-mismatch' && file !== null ? ` It is not what ${file} says.` : '';
  return [
    `The ledger was changed: ${finding}${whereOf(first)}.${compared}`,
    'Keep this database as it is, and compare it with a backup or with checkpoints that were kept elsewhere.',
  ];
};

const whereOf = (first: Finding | undefined): string => {
  if (first === undefined || first.shard === null) return first ? `: ${first.detail}` : '';
  const { shard, position, from, to } = first;
  if (position !== null) return ` in shard ${shard} at position ${position}`;
  return from === null || to === null
    ? ` in shard ${shard}`
    : ` in shard ${shard}, somewhere in ${from} to ${to}`;
};
