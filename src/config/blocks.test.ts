import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { mergeBlocks, readBlocks } from './blocks.ts'

const keys = [{ element: 'global' }, { element: 'localfile' }, { element: 'wodle', name: 'docker-listener' }]

const messages = (text: string) =>
  readBlocks(text, 'ossec.conf', keys).problems.map(
    ({ severity, message, at }) => `${at?.line} ${severity}: ${message}`,
  )

describe('readBlocks() (configuration.md 1.1, 1.4)', () => {
  it('treats several roots as one file and finds wodles by name', () => {
    const text =
      '<ossec_config><global><logall>yes</logall></global></ossec_config>\n' +
      '<ossec_config><global/><wodle name="docker-listener"><disabled>no</disabled></wodle></ossec_config>'
    const blocks = readBlocks(text, 'ossec.conf', keys)
    assert.deepEqual(blocks.problems, [])
    assert.equal(blocks.of({ element: 'global' }).length, 2)
    assert.equal(blocks.of({ element: 'wodle', name: 'docker-listener' }).length, 1)
  })

  const cases = [
    { text: '', said: [] },
    {
      text: '<agent_config></agent_config>',
      said: ['1 fatal: the file must consist of <ossec_config> elements, not <agent_config>'],
    },
    {
      text: '<ossec_config>\n<syscheck></syscheck></ossec_config>',
      said: ['2 warning: <syscheck> is not supported yet; nothing in it takes effect'],
    },
    {
      text: '<ossec_config><wodle name="aws-s3"></wodle></ossec_config>',
      said: ['1 warning: <wodle name="aws-s3"> is not supported yet; nothing in it takes effect'],
    },
    {
      text: '<ossec_config><globl></globl></ossec_config>',
      said: ['1 warning: <globl> is not a section of the configuration; it is ignored'],
    },
  ] as const
  for (const { text, said } of cases) {
    it(`${JSON.stringify(text)} gives ${said.length} problems`, () => assert.deepEqual(messages(text), said))
  }

  it('a syntax error is fatal and has a place', () => {
    const [problem] = readBlocks('<ossec_config>\n<global>', 'ossec.conf', keys).problems
    assert.equal(problem?.severity, 'fatal')
    assert.equal(problem?.at?.file, 'ossec.conf')
  })
})

describe('mergeBlocks() (configuration.md 1.3)', () => {
  it('joins the children in file order', () => {
    const text =
      '<ossec_config><global><logall>yes</logall></global><global><logall>no</logall></global></ossec_config>'
    const merged = mergeBlocks(readBlocks(text, 'f', keys).of({ element: 'global' }))
    assert.deepEqual(
      merged?.children.map(({ content }) => content),
      ['yes', 'no'],
    )
  })

  it('is undefined without blocks', () => assert.equal(mergeBlocks([]), undefined))
})
