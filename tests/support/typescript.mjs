// `node --import ./tests/support/typescript.mjs FILE.ts`: runs sources without a build, for the processes that tests
// start. Works the same on Node 20, 22 and 24.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
