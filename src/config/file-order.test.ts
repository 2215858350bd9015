import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { selectFiles } from './file-order.ts'

const folders: Readonly<Record<string, readonly string[]>> = {
  'ruleset/rules': ['0010-a.xml', '0020-c.xml', '.hid.xml', 'readme.txt', 'local.xml'],
  'etc/rules': ['local.xml', '0015-b.xml', 'B.XML', '_z.xml', 'x.xml.bak'],
}
const list = (folder: string): readonly string[] => folders[folder] ?? []
const both = ['ruleset/rules', 'etc/rules'].map((path) => ({ path, pattern: undefined }))
const usual = { includes: [], folders: both, excludes: [] }

const cases = [
  {
    name: '1.2: all folders are sorted together by file name, in the order of bytes',
    selection: usual,
    files:
      'ruleset/rules/.hid.xml ruleset/rules/0010-a.xml etc/rules/0015-b.xml ruleset/rules/0020-c.xml etc/rules/B.XML etc/rules/_z.xml ruleset/rules/local.xml etc/rules/local.xml',
  },
  {
    name: '1.1: a bare name is left out of every folder, a path only there',
    selection: { ...usual, excludes: ['local.xml', 'etc/rules/B.XML', 'etc/rules/0010-a.xml'] },
    files:
      'ruleset/rules/.hid.xml ruleset/rules/0010-a.xml etc/rules/0015-b.xml ruleset/rules/0020-c.xml etc/rules/_z.xml',
  },
  {
    name: '1.1: the pattern is tested on folder and name; a folder that is not there is passed over',
    selection: {
      ...usual,
      folders: [
        { path: 'etc/rules', pattern: '/0\\d+-' },
        { path: 'no/such', pattern: undefined },
      ],
    },
    files: 'etc/rules/0015-b.xml',
  },
  {
    name: '1.1, 1.2: an included file is there whatever is excluded, once, in its place',
    selection: {
      ...usual,
      includes: ['etc/rules/0015-b.xml', 'ruleset/rules/0012.xml'],
      excludes: ['0015-b.xml'],
      folders: [],
    },
    files: 'ruleset/rules/0012.xml etc/rules/0015-b.xml',
  },
]

describe('selectFiles()', () => {
  for (const { name, selection, files } of cases) {
    it(`rules.md ${name}`, () => assert.equal(selectFiles(selection, list).join(' '), files))
  }
})
