import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { strftime } from './strftime.ts'

const at = new Date(2026, 0, 5, 7, 8, 9).getTime()

describe('strftime()', () => {
  for (const [pattern, text] of [
    ['/var/log/app-%Y-%m-%d.log', '/var/log/app-2026-01-05.log'],
    ['%y%j %e', '26005  5'],
    ['%b %d %H:%M:%S', 'Jan 05 07:08:09'],
    ['%A %a %B %I%p', 'Monday Mon January 07AM'],
    ['%F %T %D', '2026-01-05 07:08:09 01/05/26'],
    ['100%% %Q %', '100% %Q %'],
  ] as const)
    it(`${pattern} is ${text}`, () => assert.equal(strftime(pattern, at), text))
})
