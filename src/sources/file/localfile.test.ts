import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { readSection } from '../../config/option.ts'
import { formatProblem } from '../../dialect/problem.ts'
import { parseXml } from '../../dialect/xml.ts'
import { localfile } from './localfile.ts'

function problemsOf(inner: string): readonly string[] {
  const { roots } = parseXml(`<localfile>${inner}</localfile>`, 'ossec.conf', { variables: false })
  const [block] = roots
  assert.ok(block)
  const { values, problems, given } = readSection(block, localfile.options)
  return [...problems, ...(localfile.check?.(values, { block, given }) ?? [])].map(formatProblem)
}

const json = '<log_format>json</log_format>'
const place = '<location>/x</location>'
const cases: readonly (readonly [inner: string, ...problems: string[]])[] = [
  [json + place],
  [
    `<log_format>jsn</log_format>${place}`,
    'ossec.conf:1:24: fatal: <log_format> of <localfile> must be json, syslog or another line format, audit, multi-line: N, multi-line-regex, command or full_command, not "jsn" (invalid-value)',
  ],
  [place, 'ossec.conf:1:1: fatal: <localfile> needs a <log_format> (missing-option)'],
  [json, 'ossec.conf:1:1: fatal: <localfile> needs a <location> (missing-option)'],
  [
    `${json}${place}<only-future-events>maybe</only-future-events>`,
    'ossec.conf:1:84: warning: <only-future-events> of <localfile> must be yes or no, not "maybe" (invalid-value)',
  ],
  [
    `${json}${place}<age>soon</age>`,
    'ossec.conf:1:69: fatal: <age> of <localfile> must be a duration such as 90, 5m, 1h, 2d or 1w, not "soon" (invalid-value)',
  ],
  [
    `${json}${place}<ignore_binaries>1</ignore_binaries>`,
    'ossec.conf:1:81: fatal: <ignore_binaries> of <localfile> must be yes or no, not "1" (invalid-value)',
  ],
  [
    `${json}${place}<label>x</label>`,
    'ossec.conf:1:71: fatal: <label> of <localfile> needs an attribute key, not "x" (invalid-value)',
  ],
  [
    `${json}${place}<label key="_x">x</label>`,
    'ossec.conf:1:64: warning: <label> of <localfile>: keys that begin with _ are reserved; it is ignored (option-without-effect)',
  ],
  [
    `${json}${place}<ignore kind="x">x</ignore>`,
    'ossec.conf:1:81: fatal: <ignore> of <localfile> has no attribute kind, not "x" (invalid-value)',
  ],
  [
    `${json}${place}<restrict type="sql">x</restrict>`,
    'ossec.conf:1:64: warning: <restrict> of <localfile>: type "sql" is not PCRE2, osregex or osmatch; PCRE2 is used (option-without-effect)',
  ],
  [
    `${json}${place}<exclude>/x/y</exclude>`,
    'ossec.conf:1:64: warning: <exclude> of <localfile>: has no effect on a <location> without wildcards (option-without-effect)',
  ],
  [
    `<log_format>eventchannel</log_format>${place}`,
    'ossec.conf:1:12: warning: <log_format> of <localfile>: log_format eventchannel: it is not available here; nothing is read for this block (option-without-effect)',
  ],
  ['<log_format>full_command</log_format><command>netstat</command><frequency>360</frequency>'],
  ['<log_format>command</log_format><command>df</command><alias>disk</alias><frequency>daily</frequency>'],
  [
    '<log_format>command</log_format>',
    'ossec.conf:1:1: fatal: <localfile> with log_format command or full_command needs a <command> (missing-option)',
  ],
  [
    `<log_format>command</log_format>${place}`,
    'ossec.conf:1:1: error: <localfile> with log_format command or full_command needs a <command> (missing-option)',
  ],
  [
    '<log_format>command</log_format><command>df</command><frequency>5m</frequency>',
    'ossec.conf:1:76: fatal: <frequency> of <localfile> must be whole seconds from 1, hourly or daily, not "5m" (invalid-value)',
  ],
  [
    '<log_format>command</log_format><command>df</command><only-future-events>no</only-future-events><exclude>/x</exclude>',
    'ossec.conf:1:65: warning: <only-future-events> of <localfile>: commands do not use it; it is ignored (option-without-effect)',
    'ossec.conf:1:108: warning: <exclude> of <localfile>: commands do not use it; it is ignored (option-without-effect)',
  ],
  [
    `${json}${place}<command>df</command><alias>a</alias><frequency>5</frequency>`,
    'ossec.conf:1:64: warning: <command> of <localfile>: only commands use it; it is ignored (option-without-effect)',
    'ossec.conf:1:85: warning: <alias> of <localfile>: only commands use it; it is ignored (option-without-effect)',
    'ossec.conf:1:101: warning: <frequency> of <localfile>: only commands use it; it is ignored (option-without-effect)',
  ],
  [
    `${json}${place}<frequency>0</frequency>`,
    'ossec.conf:1:75: fatal: <frequency> of <localfile> must be whole seconds from 1, hourly or daily, not "0" (invalid-value)',
    'ossec.conf:1:64: warning: <frequency> of <localfile>: only commands use it; it is ignored (option-without-effect)',
  ],
  [
    `${json}${place}<target>agent,sock</target><query>x</query>`,
    'ossec.conf:1:64: warning: <target> of <localfile>: output sockets are not available; every event goes to the manager (option-without-effect)',
    'ossec.conf:1:91: warning: <query> of <localfile>: only Windows and macOS logs have queries; it is ignored (option-without-effect)',
  ],
  [
    `<log_format>multi-line-regex</log_format>${place}`,
    'ossec.conf:1:1: fatal: <localfile> with log_format multi-line-regex needs a <multiline_regex> (missing-option)',
  ],
  [
    `<log_format>multi-line-regex</log_format>${place}<multiline_regex match="middle">^x</multiline_regex>`,
    'ossec.conf:1:76: warning: <multiline_regex> of <localfile>: match "middle" is not start, all or end; start is used (option-without-effect)',
  ],
  [
    '<log_format>multi-line-regex</log_format><location>/x</location><multiline_regex replace="dash">^x</multiline_regex>',
    'ossec.conf:1:76: warning: <multiline_regex> of <localfile>: replace "dash" is not no-replace, wspace, tab or none; no-replace is used (option-without-effect)',
  ],
  [
    '<log_format>multi-line-regex</log_format><location>/x</location><multiline_regex timeout="500">^x</multiline_regex>',
    'ossec.conf:1:76: warning: <multiline_regex> of <localfile>: timeout "500" is not from 1 to 120 seconds; 5 is used (option-without-effect)',
  ],
  [
    '<log_format>multi-line-regex</log_format><location>/x</location><multiline_regex>(x</multiline_regex>',
    'ossec.conf:1:93: fatal: <multiline_regex> of <localfile> does not work: PCRE2 pattern "(x": a parenthesis is not closed, not "(x" (invalid-value)',
  ],
  [
    '<log_format>multi-line-regex</log_format><location>/x</location><multiline_regex></multiline_regex>',
    'ossec.conf:1:93: fatal: <multiline_regex> of <localfile> must not be empty, not "" (invalid-value)',
  ],
  [
    '<log_format>multi-line-regex</log_format><location>/x</location><multiline_regex timeout="60">^x</multiline_regex><age>30</age>',
    'ossec.conf:1:126: warning: <age> of <localfile>: must be longer than the timeout of <multiline_regex>; it is ignored (option-without-effect)',
  ],
  [
    '<log_format>syslog</log_format><location>/x</location><multiline_regex>^x</multiline_regex>',
    'ossec.conf:1:66: warning: <multiline_regex> of <localfile>: only log_format multi-line-regex uses it; it is ignored (option-without-effect)',
  ],
  [
    '<log_format>syslog</log_format><location>/x</location><label key="a">b</label>',
    'ossec.conf:1:66: warning: <label> of <localfile>: labels are only added to log_format json; it is ignored (option-without-effect)',
  ],
  [
    '<log_format>syslog</log_format><location>/x</location><filter field="F">x</filter>',
    'ossec.conf:1:66: warning: <filter> of <localfile>: only journald uses it; it is ignored (option-without-effect)',
  ],
  [
    '<log_format>syslog</log_format><location>/x</location><reconnect_time>5s</reconnect_time>',
    'ossec.conf:1:66: warning: <reconnect_time> of <localfile>: only Windows event channels use it; it is ignored (option-without-effect)',
  ],
  [
    '<log_format>syslog</log_format><location>/x</location><out_format target="s">$(log)</out_format>',
    'ossec.conf:1:66: warning: <out_format> of <localfile>: output sockets are not available; target is ignored (option-without-effect)',
  ],
  [
    '<log_format>json</log_format><location>/x</location><only-future-events max-size="lots">no</only-future-events>',
    'ossec.conf:1:100: warning: <only-future-events> of <localfile> has a max-size that is no size such as 64K, 12M or 2G (lots), not "no" (invalid-value)',
  ],
  [
    '<log_format>json</log_format><location>/x/*</location><exclude></exclude>',
    'ossec.conf:1:75: fatal: <exclude> of <localfile> must not be empty, not "" (invalid-value)',
  ],
  [
    '<log_format>json</log_format><location>/x</location><ignore></ignore>',
    'ossec.conf:1:72: fatal: <ignore> of <localfile> must not be empty, not "" (invalid-value)',
  ],
  [
    '<log_format>json</log_format><location>/x</location><nonsense>1</nonsense>',
    'ossec.conf:1:64: warning: <nonsense> is not an option of <localfile>; it is ignored (unknown-element)',
  ],
  [
    '<log_format>journald</log_format><location>journald</location>',
    'ossec.conf:1:12: warning: <log_format> of <localfile>: log_format journald: it is not available here; nothing is read for this block (option-without-effect)',
  ],
  [
    '<log_format>command</log_format><command>df</command><location>/x</location>',
    'ossec.conf:1:65: warning: <location> of <localfile>: a command is read; it is ignored (option-without-effect)',
  ],
  [
    '<log_format>command</log_format><command></command>',
    'ossec.conf:1:53: fatal: <command> of <localfile> must not be empty, not "" (invalid-value)',
  ],
  [
    '<log_format>json</log_format><location>/x</location><unwrap>maybe</unwrap>',
    'ossec.conf:1:72: fatal: <unwrap> of <localfile> must be yes or no, not "maybe" (invalid-value)',
  ],
  [
    '<log_format>json</log_format><location>/x</location><rate_limit>-1</rate_limit>',
    'ossec.conf:1:76: fatal: <rate_limit> of <localfile> must be a whole number from 0 to 1000000, not "-1" (invalid-value)',
  ],
]

describe('<localfile>', () => {
  for (const [inner, ...problems] of cases)
    it(`${inner} ${problems.length === 0 ? 'is right' : 'is told what is wrong'}`, () =>
      assert.deepEqual(problemsOf(inner), problems))

  it('a pattern that cannot work is named with its place', () => {
    const [problem = ''] = problemsOf(`${json}${place}<ignore>(a</ignore>`)
    assert.match(
      problem,
      /^ossec\.conf:1:72: fatal: <ignore> of <localfile> does not work: PCRE2 pattern "\(a": /,
    )
  })
})
