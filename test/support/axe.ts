import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds, as `rule: element`. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // The page's own policy forbids a script of ours; the debugger's protocol does not ask it.
  await page.evaluate(axe)
  const found: unknown = await page.evaluate(
    `axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) =>
      id + ': ' + nodes[0].html.slice(0, 200) + ' ' + (nodes[0].any[0]?.message ?? '')))`,
  )
  return Array.isArray(found) ? found.map(String) : ['axe gave no list']
}
