import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

/** Transformed sources by the digest of what they were made of: a process that starts again does not transform again. */
const cache = new URL('../../node_modules/.cache/ledger-typescript/', import.meta.url);
const ourselves = await readFile(new URL(import.meta.url));

export const resolve = (specifier, context, next) => {
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL !== undefined) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(fileURLToPath(source))) return next(source.href, context);
  }
  return next(specifier, context);
};

export const load = async (url, context, next) => {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  return { format: 'module', shortCircuit: true, source: await transformed(fileURLToPath(url)) };
};

const transformed = async (filename) => {
  const text = await readFile(filename, 'utf8');
  const digest = createHash('sha256').update(ourselves).update(filename).update(text).digest('hex');
  const kept = new URL(`${digest}.js`, cache);
  const before = await readFile(kept, 'utf8').catch(() => null);
  if (before !== null) return before;
  const { code } = await transform(text, {
    filename,
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
  });
  // Beside it, then renamed: another process must not read half of it. Without a cache it is slower, that is all.
  const fresh = new URL(`${digest}.${process.pid}`, cache);
  await mkdir(cache, { recursive: true })
    .then(() => writeFile(fresh, code))
    .then(() => rename(fresh, kept))
    .catch(() => undefined);
  return code;
};
