import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const COLUMNS_MAX = 160;

const tracked = execFileSync('git', ['ls-files', '*.md', '*.ts', '*.mjs'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(path));
const linesOf = (path: string): readonly string[] => readFileSync(path, 'utf8').split('\n');
/** Rows of a table cannot be broken. */
const isRow = (line: string): boolean => /^\s*\|.*\|$/.test(line);
const papers = tracked.filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md');

describe('what people read', () => {
  it(`has no line over ${COLUMNS_MAX} columns`, () => {
    const wide = tracked.flatMap((path) =>
      linesOf(path).flatMap((line, index) =>
        line.length > COLUMNS_MAX && !isRow(line) ? [`${path}:${index + 1}`] : [],
      ),
    );
    expect(wide).toEqual([]);
  });

  it('names only files that are there', () => {
    const gone = papers.flatMap((path) =>
      linesOf(path).flatMap((line, index) =>
        [...line.matchAll(/`((?:libs|apps|infra|tests)\/[\w./-]+\.(?:ts|md|sql|json|yaml|mjs))`/g)]
          .flatMap(([, named]) => named ?? [])
          .filter((named) => !existsSync(named))
          .map((named) => `${path}:${index + 1} ${named}`),
      ),
    );
    expect(gone).toEqual([]);
  });
});
