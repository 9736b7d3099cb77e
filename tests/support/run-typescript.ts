import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** A process of its own for a TypeScript file (path from the repository's root), straight from the sources. */
export const runTypescript = (
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): ChildProcess =>
  spawn(
    process.execPath,
    ['--import', `./${join('tests', 'support', 'typescript.mjs')}`, file, ...args],
    { cwd: process.cwd(), env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
