import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadDecoders } from './load-decoders.ts'

const lists =
  '<decoder name="np"><prematch>^never</prematch></decoder>\n<decoder name="pn"><program_name>^never$</program_name></decoder>\n'
const order = '<order>id</order>'
const kid = (more: string): string => `<decoder name="k"><parent>np</parent>${more}</decoder>`
const root = (more: string): string => `<decoder name="a"><program_name>^a$</program_name>${more}</decoder>`

interface Case {
  readonly xml: string
  /** `severity code line:column` */
  readonly problem: string
}

// decoders.md 6.2, 6.3. The first two lines are right.
const cases: readonly Case[] = [
  { xml: '<foo name="a"/>', problem: 'fatal invalid-element 3:1' },
  {
    xml: '<decoder status="x" name="a"><prematch>x</prematch></decoder>',
    problem: 'fatal invalid-element 3:10',
  },
  {
    xml: '<decoder name="a" type="b"><prematch>x</prematch></decoder>',
    problem: 'fatal invalid-element 3:10',
  },
  { xml: '<decoder name="a"></decoder>', problem: 'fatal null-element 3:1' },
  { xml: root('<foo>x</foo>'), problem: 'fatal invalid-element 3:51' },
  { xml: root('<regex>(x)</regex>'), problem: 'fatal decoder-configuration 3:1' },
  { xml: root(order), problem: 'fatal decoder-configuration 3:1' },
  { xml: root('<fts>id</fts>'), problem: 'fatal decoder-configuration 3:1' },
  { xml: '<decoder name="a"><type>ids</type></decoder>', problem: 'fatal decoder-without-prematch 3:1' },
  { xml: '<decoder name="a"><parent>no</parent></decoder>', problem: 'fatal unknown-parent-decoder 3:1' },
  {
    xml: `${kid('<prematch>x</prematch>')}<decoder name="g"><parent>k</parent></decoder>`,
    problem: 'fatal unknown-parent-decoder 3:70',
  },
  { xml: root(`<regex offset="after_parent">(x)</regex>${order}`), problem: 'fatal invalid-offset 3:1' },
  { xml: kid(`<regex offset="after_regex">(x)</regex>${order}`), problem: 'fatal invalid-offset 3:1' },
  { xml: kid(`<regex offset="after_prematch">(x)</regex>${order}`), problem: 'fatal invalid-offset 3:1' },
  { xml: kid('<prematch offset="after_regex">x</prematch>'), problem: 'fatal invalid-offset 3:69' },
  { xml: kid('<prematch offset="foo">x</prematch>'), problem: 'error invalid-attribute-value 3:48' },
  { xml: kid(`<regex offset="foo">(x)</regex>${order}`), problem: 'warning invalid-attribute-value 3:45' },
  {
    xml: root('<plugin_decoder offset="foo">JSON_Decoder</plugin_decoder>'),
    problem: 'fatal decoder-configuration 3:67',
  },
  {
    xml: root('<plugin_decoder>json_decoder</plugin_decoder>'),
    problem: 'fatal invalid-decoder-option 3:67',
  },
  {
    xml: root(`<plugin_decoder>JSON_Decoder</plugin_decoder><regex>(x)</regex>${order}`),
    problem: 'fatal plugin-with-regex 3:1',
  },
  {
    xml: kid(`<prematch>x</prematch><regex>(x)</regex><regex offset="after_prematch">(y)</regex>${order}`),
    problem: 'fatal duplicate-offset 3:85',
  },
  {
    xml: kid(`<regex>(x)</regex>${order}`) + kid('<prematch>y</prematch>'),
    problem: 'fatal duplicate-decoder-with-prematch 3:83',
  },
  {
    xml: kid(`<regex>(x)</regex>${order}`) + kid(`<regex>(x)</regex>${order}<fts>id</fts>`),
    problem: 'fatal duplicate-decoder-with-fts 3:83',
  },
  {
    xml: kid('<type>ids</type>') + kid(`<regex>(x)</regex>${order}`),
    problem: 'fatal invalid-duplicate-decoder 3:64',
  },
  { xml: root('<type>Firewall</type>'), problem: 'fatal invalid-decoder-type 3:57' },
  { xml: root('<regex>(x</regex><order>id</order>'), problem: 'fatal pattern-syntax 3:58' },
  { xml: root('<regex>(x)</regex><order>id,,url</order>'), problem: 'fatal invalid-order-field 3:76' },
  { xml: root('<regex>(x)</regex><order>a,b,c,d,e</order>'), problem: 'fatal too-many-order-fields 3:76' },
  { xml: root('<regex>(x)</regex><order>a</order><fts>b</fts>'), problem: 'fatal invalid-fts-field 3:90' },
  { xml: root(`<regex>${'x'.repeat(1024)}</regex>${order}`), problem: 'fatal text-too-long 3:58' },
  { xml: root(`<regex type="osmatch">(x)</regex>${order}`), problem: 'warning invalid-attribute-value 3:58' },
  { xml: root('<json_null_field>empty</json_null_field>'), problem: 'warning deprecated-value 3:68' },
  {
    xml: root('<json_array_structure>x</json_array_structure>'),
    problem: 'warning invalid-option-value 3:73',
  },
]

describe('loadDecoders()', () => {
  for (const { xml, problem } of cases) {
    it(`decoders.md 6.3: ${problem} for ${xml.slice(0, 120)}`, () => {
      const { problems } = loadDecoders([{ file: 'x.xml', text: lists + xml }], { orderSize: 4 })
      const shown = problems.map(({ severity, code, at }) => `${severity} ${code} ${at?.line}:${at?.column}`)
      assert.deepEqual(shown, [problem])
    })
  }

  it('decoders.md 6.2: refuses a ruleset that lacks one of the two lists', () => {
    const [only = ''] = lists.split('\n')
    const { problems } = loadDecoders([{ file: 'x.xml', text: only }])
    assert.deepEqual(
      problems.map(({ code, severity }) => [severity, code]),
      [['fatal', 'no-decoders']],
    )
  })

  it('reports every problem of every file and no consequences of them', () => {
    const first = root('<regex>(x</regex><order>id</order>') + lists
    const second = `<decoder name="b"><parent>a</parent>${order}</decoder><decoder name="c"><parent>a</parent></decoder><foo/>`
    const { problems } = loadDecoders([
      { file: '1.xml', text: first },
      { file: '2.xml', text: second },
    ])
    assert.deepEqual(
      problems.map(({ code, at }) => `${at?.file} ${code}`),
      ['1.xml pattern-syntax', '2.xml decoder-configuration', '2.xml invalid-element'],
    )
  })

  it('decoders.md 6.7: lists names as decoded_as sees them', () => {
    const xml = `${lists}${kid('<prematch>x</prematch>')}<decoder name="own"><parent>pn</parent><use_own_name>true</use_own_name></decoder>`
    const { decoders } = loadDecoders([{ file: 'x.xml', text: xml }])
    assert.deepEqual(
      decoders.views.map(({ name }) => name),
      ['np', 'pn', 'np', 'own'],
    )
  })

  it('loads 20,000 children of one root in well under the time of a pair-wise comparison', () => {
    const children = Array.from({ length: 20_000 }, (_, index) =>
      kid(`<prematch>x${index}</prematch>`).replace('"k"', `"k${index}"`),
    )
    const start = process.cpuUsage()
    const { problems } = loadDecoders([{ file: 'x.xml', text: lists + children.join('') }])
    assert.deepEqual(problems, [])
    assert.ok(process.cpuUsage(start).user < 5_000_000)
  })
})
