import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ApiOptions } from '../../src/api/api-options.ts'
import { prepareHome } from '../../src/home.ts'
import { loadEngine } from '../../src/load-engine.ts'
import { ruleFiles } from '../../src/rule-files.ts'
import { ruleHooks } from '../../src/rule-hooks.ts'
import { rulesetFilesOnDisk } from '../../src/ruleset-files.ts'
import type { Store } from '../../src/store/store.ts'
import { packageRoot } from '../../src/version.ts'
import type { Dashboard } from './dashboard.ts'
import { startDashboard } from './dashboard.ts'

/** A dashboard with the built-in ruleset, and files of rules that can be changed below `ruleHome`. */
export async function startRuledDashboard(
  store: Store,
  over: Partial<ApiOptions> = {},
): Promise<Dashboard & { readonly ruleHome: string }> {
  const ruleHome = mkdtempSync(path.join(tmpdir(), 'quaywatch-rules-'))
  prepareHome(ruleHome)
  let engine = loadEngine({ home: ruleHome })
  const files = rulesetFilesOnDisk(ruleHome, path.join(packageRoot, 'ruleset'))
  const editable = ruleFiles({
    home: ruleHome,
    files,
    load: (overlaid) => loadEngine({ home: ruleHome, files: overlaid }),
    problems: () => engine.problems,
    reload: async () => {
      engine = loadEngine({ home: ruleHome })
      return engine.problems
    },
    now: Date.now,
  })
  const rules = ruleHooks(
    () => engine,
    files,
    Date.now,
    (...draft) => editable.drafted(...draft),
  )
  const dashboard = await startDashboard(store, { rules, ruleFiles: editable, ...over })
  return {
    ...dashboard,
    ruleHome,
    close: async () => {
      await dashboard.close()
      rmSync(ruleHome, { recursive: true, force: true })
    },
  }
}
