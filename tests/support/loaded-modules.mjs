// `node --import ./tests/support/loaded-modules.mjs …`: one line on stderr for every package of which a module is imported.
import { register } from 'node:module';

register('./loaded-modules-hooks.mjs', import.meta.url);
