import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { defineConfig } from 'vite'

// The last two levels take ten times as long for two percent.
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
const output = path.join(import.meta.dirname, '..', 'dist', 'web')

/** Assets are served as they lie on disk: compressed once, here. */
const compressAssets = {
  name: 'compress-assets',
  closeBundle() {
    const folder = path.join(output, 'assets')
    for (const name of readdirSync(folder).filter((one) => /\.(js|css)$/.test(one))) {
      const text = readFileSync(path.join(folder, name))
      writeFileSync(path.join(folder, `${name}.gz`), gzipSync(text, { level: 9 }))
      writeFileSync(path.join(folder, `${name}.br`), brotliCompressSync(text, quality))
    }
  },
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: 'public',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [compressAssets],
  build: {
    outDir: output,
    emptyOutDir: true,
    target: ['chrome125', 'firefox128', 'safari17.5'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
})
