import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Files that are text, compressed once, where they are made, and not for each browser that asks. */
const compressed = (): Plugin => ({
  name: 'compressed',
  async writeBundle({ dir = '.' }, bundle) {
    for (const name of Object.keys(bundle).filter((each) => /\.(?:js|css|svg)$/.test(each))) {
      // As it was written: other plugins still change what is in the bundle.
      const text = await readFile(join(dir, name));
      await writeFile(join(dir, `${name}.br`), brotliCompressSync(text));
      await writeFile(join(dir, `${name}.gz`), gzipSync(text));
    }
  },
});

/** Names of files hold their content's hash; nothing is put into the document itself, which its policy forbids. */
export default defineConfig({
  plugins: [compressed()],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(
      ['/v1', '/session', '/docs', '/openapi.json'].map((path) => [path, 'http://127.0.0.1:8080']),
    ),
  },
});
