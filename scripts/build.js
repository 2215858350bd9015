// Builds what `npm ci` promises: the compiled program, its tests and, when its sources are there, the dashboard.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(import.meta.url)
const root = path.join(import.meta.dirname, '..')

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const binOf = (name, bin) => {
  const manifest = path.join(root, 'node_modules', name, 'package.json')
  return path.join(path.dirname(manifest), require(manifest).bin[bin])
}

// Stale output would keep a deleted test running; the dashboard has its own step and stays.
for (const folder of ['src', 'test', 'bench', 'scripts'])
  rmSync(path.join(root, 'dist', folder), { recursive: true, force: true })
run(binOf('typescript', 'tsc'), '-p', 'tsconfig.json')
if (existsSync(path.join(root, 'web', 'tsconfig.json'))) {
  run(binOf('typescript', 'tsc'), '-p', 'web/tsconfig.json', '--noEmit')
  run(binOf('vite', 'vite'), 'build', '--config', 'web/vite.config.ts', '--logLevel', 'warn')
}
const cli = path.join(root, 'dist', 'src', 'cli.js')
if (existsSync(cli)) chmodSync(cli, 0o755)
