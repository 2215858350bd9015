import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { csvLine } from './csv.ts'

const cases = [
  { values: ['plain', 'text'], line: 'plain,text\r\n' },
  { values: ['a,b', 'say "x"', 'two\nlines'], line: '"a,b","say ""x""","two\nlines"\r\n' },
  {
    values: ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'],
    line: `"'=1+1","'+1","'-1","'@SUM(A1)","'\tx","'\rx"\r\n`,
  },
  { values: [''], line: '\r\n' },
] as const

describe('csvLine()', () => {
  for (const { values, line } of cases) {
    it(`${JSON.stringify(values)} is ${JSON.stringify(line)}`, () => assert.equal(csvLine(values), line))
  }
})
