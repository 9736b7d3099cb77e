/** The file is of another kind than was asked for: nothing of it was taken. */
export class ForeignFile extends Error {
  /** `what` completes "the file is …"; `fix` says what to do with it instead. */
  constructor(
    readonly what: string,
    readonly fix: string,
  ) {
    super(`the file is ${what}`);
    this.name = 'ForeignFile';
  }
}

/** What people hand to `post usage` by mistake, by how it starts. */
const MAGIC: readonly (readonly [start: readonly number[], what: string, fix: string])[] = [
  [[0x1f, 0x8b], 'compressed with gzip', 'gunzip -c FILE | commitment-ledger post usage -'],
  [
    [0x28, 0xb5, 0x2f, 0xfd],
    'compressed with zstd',
    'zstd -dc FILE | commitment-ledger post usage -',
  ],
  [
    [0x50, 0x4b, 0x03, 0x04],
    'a zip archive or a workbook',
    'Unpack it first: usage events are text, one JSON object a line.',
  ],
  [
    [0x50, 0x41, 0x52, 0x31],
    'a Parquet file',
    'Export it as FOCUS CSV: commitment-ledger import focus FILE',
  ],
  [[0xff, 0xfe], 'encoded in UTF-16', 'Save it as UTF-8.'],
  [[0xfe, 0xff], 'encoded in UTF-16', 'Save it as UTF-8.'],
];

/** Several values with something between them, and nothing that a JSON object starts with. */
export const looksLikeCsv = (line: string): boolean =>
  !/^\s*[[{]/.test(line) && line.split(/[,;\t]/).length >= 2;

const refuse = (what: string, fix: string): never => {
  throw new ForeignFile(what, fix);
};

/** The first line says what a file is. Throws for what is no NDJSON at all, rather than refuse each of its lines. */
export const refuseForeign = (first: Buffer): void => {
  const known = MAGIC.find(([start]) => start.every((byte, at) => first[at] === byte));
  if (known !== undefined) refuse(known[1], known[2]);
  const text = first.toString('utf8').replace(/^\uFEFF/, '');
  if (looksLikeCsv(text))
    refuse('not that: it looks like CSV', 'For a FOCUS file: commitment-ledger import focus FILE');
  if (/^\s*\[/.test(text))
    refuse(
      'one JSON array',
      "One object a line: jq -c '.[]' FILE | commitment-ledger post usage -",
    );
  if (/^\s*\{\s*$/.test(text))
    refuse(
      'JSON over several lines',
      'One object a line: jq -c . FILE | commitment-ledger post usage -',
    );
};
