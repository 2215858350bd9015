import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { outFormat } from './out-format.ts'

const event = { log: 'a "b"\\', location: '/var/log/x', nowMs: new Date(2026, 0, 5, 7, 8, 9).getTime() }

describe('outFormat()', () => {
  for (const [template, text] of [
    ['$(hostname) app: $(log)', 'web-1 app: a "b"\\'],
    ['$(location)|$(output)|$(command)', '/var/log/x|a "b"\\|'],
    ['$(timestamp)', 'Jan 05 07:08:09'],
    ['$(timestamp %Y-%m-%d)', '2026-01-05'],
    ['{"m":"$(json_escaped_log)"}', '{"m":"a \\"b\\"\\\\"}'],
    ['$(base64_log)', 'YSAiYiJc'],
    ['$(unknown) $(log', '$(unknown) $(log'],
  ] as const)
    it(`${template} is ${text}`, () => assert.equal(outFormat(template, 'web-1')(event), text))
})
