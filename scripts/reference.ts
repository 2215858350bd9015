// Writes docs/reference. The unit lane fails when a page is not what this would write.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { packageRoot } from '../src/version.ts'
import { referencePages } from './reference-pages.ts'

const folder = path.join(packageRoot, 'docs', 'reference')
mkdirSync(folder, { recursive: true })
for (const [name, content] of referencePages()) writeFileSync(path.join(folder, name), content)
