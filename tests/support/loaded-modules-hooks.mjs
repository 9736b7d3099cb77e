import { writeSync } from 'node:fs';

const seen = new Set();

export const load = (url, context, next) => {
  const name = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url)?.[1];
  if (name !== undefined && !seen.has(name)) {
    seen.add(name);
    writeSync(2, `loaded ${name}\n`);
  }
  return next(url, context);
};
