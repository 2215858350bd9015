import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Where `package.json`, `ruleset/` and `examples/` lie. */
export const packageRoot = path.join(import.meta.dirname, '..', '..')

const manifest: unknown = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8'))

export const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
