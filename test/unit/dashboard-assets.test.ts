// What the build of the dashboard promises: small, self-contained, and without any way to turn text into markup.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'

const root = path.join(import.meta.dirname, '..', '..', '..')
const assets = path.join(root, 'dist', 'web', 'assets')
const sources = path.join(root, 'web', 'src')

/** `index`: what the first page needs; `editor`: what is loaded when somebody opens a rule file. */
const limits = [
  { what: /^index-.*\.js$/, kib: 60 },
  { what: /\.css$/, kib: 12 },
  { what: /^editor-.*\.js$/, kib: 135 },
] as const

describe('dashboard assets', () => {
  for (const { what, kib } of limits) {
    it(`${what.source} together stay below ${kib} KiB compressed`, () => {
      const files = readdirSync(assets).filter((name) => what.test(name))
      assert.ok(files.length > 0)
      const bytes = files.reduce(
        (sum, name) => sum + gzipSync(readFileSync(path.join(assets, name))).length,
        0,
      )
      assert.ok(bytes <= kib * 1024, `${Math.ceil(bytes / 1024)} KiB`)
    })
  }

  it('nothing else is loaded', () => {
    const others = readdirSync(assets).filter(
      (name) => /\.(js|css)$/.test(name) && !/^(index|editor)-/.test(name),
    )
    assert.deepEqual(others, [])
  })

  it('lie there compressed, with a hash in the name', () => {
    for (const name of readdirSync(assets).filter((one) => /\.(js|css)$/.test(one))) {
      assert.match(name, /-[\w-]{8}\.(js|css)$/)
      assert.ok(
        existsSync(path.join(assets, `${name}.gz`)) && existsSync(path.join(assets, `${name}.br`)),
        name,
      )
    }
  })

  it('the page has no script or style of its own, and asks no other host', () => {
    const page = readFileSync(path.join(root, 'dist', 'web', 'index.html'), 'utf8')
    assert.doesNotMatch(page, /<style|<script(?![^>]*\bsrc=)|\son\w+=|https?:/)
  })

  it('no source turns text into markup or code', () => {
    const markup =
      /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|DOMParser|\beval\(|new Function|setAttribute\(\s*'(?:on|style|src|href)/
    const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.tsx?$/.test(name),
    )
    assert.ok(files.length > 20)
    for (const name of files)
      assert.doesNotMatch(readFileSync(path.join(sources, name), 'utf8'), markup, name)
  })
})
