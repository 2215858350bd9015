import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { XmlElement } from './xml-element.ts'
import { parseXml } from './xml.ts'

/** `group[name="t"](rule()"text")"text"`: the tree on one line. */
function show(element: XmlElement): string {
  const attributes = element.attributes.map(({ name, value }) => `${name}=${value}`).join(' ')
  return `${element.name}[${attributes}](${element.children.map(show).join(' ')})${JSON.stringify(element.content)}`
}
const trees = (text: string) => parseXml(text, 'f.xml').roots.map(show).join(' ')
const problems = (text: string) =>
  parseXml(text, 'f.xml').problems.map(
    ({ code, severity, at }) => `${severity} ${code} ${at?.line}:${at?.column}`,
  )

describe('parseXml() reads (spec rules.md §1.3, decoders.md §6.1)', () => {
  const cases = [
    ['', ''],
    ['text only & > " \' <!-- c -->', ''],
    ['<a>x</a> between <b>y</b>', 'a[]()"x" b[]()"y"'],
    ['\xef\xbb\xbf<a/>', 'a[]()""'],
    ['<a/><a />', 'a[]()"" a[]()""'],
    ['<a b="1"/>', 'a[b=1]()""'],
    ['<a b="1" /><c/>', 'a[b=1]()"" c[]()""'],
    ['<a b=\'1"\' c= "x/y<z" \n d=\t"" >t</a>', 'a[b=1" c=x/y<z d=]()"t"'],
    ['<a>&lt; &amp; > " </a>', 'a[]()"&lt; &amp; > \\" "'],
    ['<a>x<!-- c -->y</a>', 'a[]()"xy"'],
    ['<a>x<! c !>y<!-->z</a>', 'a[]()"xyz"'],
    ['<a>x<!-- - -> - ! > -- > ---->y</a>', 'a[]()"xy"'],
    ['<ma<!-- c -->tch>x</ma<!---->tch>', 'match[]()"x"'],
    ['<a>\\<b\\></a>', 'a[]()"\\\\<b\\\\>"'],
    ['<a>x\\\\</a>', 'a[]()"x\\\\\\\\"'],
    ['<a>\\\\\\<b\\\\</a>', 'a[]()"\\\\\\\\\\\\<b\\\\\\\\"'],
    ['<a>\\<!-- c -->b</a>', 'a[]()"\\\\b"'],
    ['\\<a>x\\</a><b/>', 'b[]()""'],
    ['<a> one <b>two</b> three <c/> four\n</a>', 'a[](b[]()"two" c[]()"")" four\\n"'],
    ['<a> one <b/></a>', 'a[](b[]()"")""'],
    ['<A>x</A>', 'A[]()"x"'],
    ['<></>', '[]()""'],
    ['<a/b>x</a/b>', 'a/b[]()"x"'],
  ] as const
  for (const [text, tree] of cases) {
    it(`${JSON.stringify(text)} as ${tree}`, () => {
      assert.equal(trees(text), tree)
      assert.deepEqual(problems(text), [])
    })
  }
})

describe('parseXml() refuses, with the place (spec rules.md §1.3)', () => {
  const cases = [
    ['<?xml version="1.0"?>\n<a/>', 'fatal xml-syntax 1:20'],
    ['<a>\n<![CDATA[x]]></a>', 'fatal xml-comment-not-closed 2:1'],
    ['<a><![CDATA[x]]></a>\n<!-- c -->\n', 'fatal xml-element-not-closed 1:1'],
    ['<a>a < b</a>', 'fatal xml-attribute-without-value 1:8'],
    ['<a b = "1"/>', 'fatal xml-attribute-without-value 1:4'],
    ['<a b>x</a>', 'fatal xml-attribute-without-value 1:4'],
    ['<a b=1>x</a>', 'fatal xml-syntax 1:4'],
    ['<a b="1"c="2"/>', 'fatal xml-syntax 1:9'],
    ['<a\n b="1>"/>', 'fatal xml-attribute-not-closed 2:2'],
    ['<a b="1" b="2"/>', 'fatal xml-duplicate-attribute 1:10'],
    ['<a b="1', 'fatal xml-syntax 1:4'],
    ['<a b', 'fatal xml-syntax 1:4'],
    ['<a/>\n <!-- abc', 'fatal xml-comment-not-closed 2:2'],
    ['<a>\n  <b>', 'fatal xml-element-not-closed 2:3'],
    ['<a>x\\</a>\n', 'fatal xml-element-not-closed 1:1'],
    ['<a>x</a ></a>', 'fatal xml-element-not-closed 1:5'],
    ['<a>x</A>', 'fatal xml-element-not-closed 1:5'],
    ['<a>x</a', 'fatal xml-element-not-closed 1:6'],
    ['<a', 'fatal xml-element-not-closed 1:1'],
    ['<a>x</a>\n</a>', 'fatal xml-element-not-opened 2:1'],
    [`<a>${'x'.repeat(20480)}</a>`, 'fatal xml-string-overflow 1:4'],
    [`<${'x'.repeat(20480)}>`, 'fatal xml-string-overflow 1:2'],
    [`<a ${'x'.repeat(20480)}=""/>`, 'fatal xml-string-overflow 1:4'],
    [`<a b="${'x'.repeat(20480)}"/>`, 'fatal xml-string-overflow 1:4'],
    ['<a>'.repeat(1025), 'fatal xml-too-deep 1:3073'],
  ] as const
  for (const [text, problem] of cases) {
    it(`${JSON.stringify(text.slice(0, 60))}: ${problem}`, () => assert.deepEqual(problems(text), [problem]))
  }

  it('one byte below each limit is read', () => {
    const long = 'x'.repeat(20479)
    for (const text of [`<a>${long}</a>`, `<${long}/>`, `<a ${long}=""/>`, `<a b="${long}"/>`]) {
      assert.deepEqual(problems(text), text.startsWith(`<${long}`) ? ['fatal xml-string-overflow 1:2'] : [])
    }
    assert.deepEqual(problems('<a>'.repeat(1024) + '</a>'.repeat(1024)), [])
  })

  it('says that a backslash hides a closing tag', () => {
    const [problem] = parseXml('<group>\n<regex>foo\\</regex>\n</group>', 'f.xml').problems
    assert.match(problem?.message ?? '', /backslash in line 2 hides/)
  })
})

describe('parseXml() knows where things stand', () => {
  it('elements, contents and attributes', () => {
    const [root] = parseXml('\n <a b="1"\n  c="2">t<d>x</d>\n u</a>', 'f.xml').roots
    assert.deepEqual(root?.at, { file: 'f.xml', line: 2, column: 2 })
    assert.deepEqual(root?.attributes[1]?.at, { file: 'f.xml', line: 3, column: 3 })
    assert.deepEqual(root?.children[0]?.contentAt, { file: 'f.xml', line: 3, column: 13 })
    assert.deepEqual(root?.contentAt, { file: 'f.xml', line: 3, column: 18 })
  })
})

describe('parseXml() puts variables in (spec rules.md §1.4)', () => {
  const defined = '<var name="AB">x</var><var name="CD">y|$AB</var>'
  const cases = [
    ['<a>$AB</a>', 'a[]()"x"'],
    ['<a>^$AB$</a>', 'a[]()"^x$"'],
    ['<a>$ab|$Cd.</a>', 'a[]()"x|y|$AB."'],
    ['<a>$AB$AB</a>', 'a[]()"xx"'],
    ['<a>foo$</a>', 'a[]()"foo$"'],
    ['<a>foo$|bar</a>', 'a[]()"foo$|bar"'],
    ['<a>$A</a>', 'a[]()"$A"'],
    ['<a>A $(srcip) and $AB end $(a)$AB</a>', 'a[]()"A $(srcip) and x end $(a)x"'],
    ['<a b="t,$AB,"/>', 'a[b=t,x,]()""'],
    ['<a><var name="IN">z</var><b>$IN</b></a>', 'a[](b[]()"z")""'],
    ['<VAR NAME="IN"/><b>1$IN</b>', 'b[]()"1"'],
    ['<var name="AB">second</var><b>$AB</b>', 'b[]()"x"'],
  ] as const
  for (const [text, tree] of cases) {
    it(`${text} as ${tree}`, () => {
      assert.equal(trees(defined + text), tree)
      assert.deepEqual(problems(defined + text), [])
    })
  }

  it('before the first definition $ is inert', () =>
    assert.equal(trees('<a>$AB)</a><var name="AB">x</var><b>$AB</b>'), 'a[]()"$AB)" b[]()"x"'))

  it('with variables off, var is an element like others', () => {
    const { roots } = parseXml('<var name="AB">x</var><a>$AB</a>', 'f.xml', { variables: false })
    assert.equal(roots.map(show).join(' '), 'var[name=AB]()"x" a[]()"$AB"')
  })

  const refused = [
    ['<var name="AB">x</var>\n<a>q$AB)</a>', ['fatal xml-unknown-variable 2:5']],
    ['<var name="AB">x</var>\n<a>q<!-- $ -->$AB\n</a>', ['fatal xml-unknown-variable 2:15']],
    ['<var name="AB">x</var><a b="(foo$)"/>', ['fatal xml-unknown-variable 1:29']],
    ['<var foo="AB">x</var><a>$AB</a>', ['fatal xml-variable 1:1']],
    ['<var>x</var>', ['fatal xml-variable 1:1']],
    [`<var name="${'n'.repeat(256)}">x</var>`, ['fatal xml-variable 1:1']],
    [`<var name="${'n'.repeat(255)}">x</var>`, []],
  ] as const
  for (const [text, expected] of refused) {
    it(`${JSON.stringify(text.slice(0, 50))}: ${expected.join()}`, () =>
      assert.deepEqual(problems(text), expected))
  }

  it('a text that grows beyond 1 MiB is refused', () => {
    const text = `<var name="AB">${'x'.repeat(20000)}</var><a>${'$AB'.repeat(6000)}</a>`
    assert.deepEqual(problems(text), ['fatal xml-string-overflow 1:20181'])
  })
})
