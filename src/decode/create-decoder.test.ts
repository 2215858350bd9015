import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type DecodedEvent, staticNames } from '../event/decoded-event.ts'
import { RawEvent } from '../event/raw-event.ts'
import { createDecoder } from './create-decoder.ts'
import { loadDecoders } from './load-decoders.ts'

/** Both lists need a root for the decoders to load. */
const never =
  '<decoder name="never"><prematch>^zz zz$</prematch></decoder><decoder name="never"><program_name>^zz zz$</program_name></decoder>'

function decodeAll(
  xml: string,
  logs: readonly string[],
  atMs: readonly number[] = [],
): (DecodedEvent | undefined)[] {
  const { decoders, problems } = loadDecoders([{ file: 'test.xml', text: xml + never }])
  assert.deepEqual(problems, [])
  const decoder = createDecoder(decoders, { hostname: 'manager' })
  return logs.map((text, index) =>
    decoder.decode(
      new RawEvent({ id: '1', source: 'test', location: 'test', receivedAtMs: atMs[index] ?? 0, text }),
    ),
  )
}

/** `name[parent] field=value …` */
function shown(event: DecodedEvent | undefined): string {
  if (event?.decoder === undefined) return '-'
  const { decoder, fields } = event
  const fixed = staticNames.flatMap((name) => {
    const value = fields.fixed(name)
    return value === undefined ? [] : [`${name}=${value}`]
  })
  const dynamic = [...fields.entries()].map(([name, value]) => `${name}=${value}`)
  const name = decoder.parent === undefined ? decoder.name : `${decoder.name}[${decoder.parent}]`
  return [name, ...fixed, ...dynamic].join(' ')
}

const root = (name: string, more = ''): string =>
  `<decoder name="${name}"><program_name>^${name}$</program_name>${more}</decoder>`
const child = (name: string, parent: string, more: string): string =>
  `<decoder name="${name}"><parent>${parent}</parent>${more}</decoder>`
const regex = (pattern: string, order: string, offset = ''): string =>
  `<regex${offset && ` offset="${offset}"`}>${pattern}</regex><order>${order}</order>`
const json = (offset = ''): string =>
  `<plugin_decoder${offset && ` offset="${offset}"`}>JSON_Decoder</plugin_decoder>`

interface Example {
  readonly clause: string
  readonly xml: string
  /** Without the header `Mar  3 04:05:06 h `. */
  readonly program: Readonly<Record<string, string>>
}

const examples: readonly Example[] = [
  {
    clause: '7.1, 6.5: offsets; after a captured run the remainder starts inside it',
    xml:
      root('vpn', String.raw`<prematch>^n=\d+ </prematch>`) +
      child(
        'vpn-c',
        'vpn',
        `<prematch offset="after_parent">^login </prematch>${regex(String.raw`^(\S+) at (\d+)`, 'srcuser, srcport', 'after_prematch')}`,
      ) +
      child('vpn-c', 'vpn', regex(String.raw`^ via (\w+)`, 'protocol', 'after_regex')) +
      child('vpn-c', 'vpn', regex(String.raw`via (\w+)`, 'x.via', 'after_parent')),
    program: { 'vpn: n=7 login ann at 4022 via udp': 'vpn[vpn] srcport=4022 srcuser=ann x.via=udp' },
  },
  {
    clause: '7.2, 6.5: the regex of a root with children is dead',
    xml:
      root('dead', regex(String.raw`a=(\d+)`, 'ra')) +
      child('dead-c', 'dead', `<prematch>^kid</prematch>${regex(String.raw`b=(\d+)`, 'cb')}`),
    program: { 'dead: a=1 b=2': 'dead', 'dead: kid a=1 b=2': 'dead[dead] cb=2' },
  },
  {
    clause: '7.3, 6.5: only the first child without prematch is reachable',
    xml:
      root('one') +
      child('one-a', 'one', regex(String.raw`a=(\d+)`, 'fa')) +
      child('one-b', 'one', regex(String.raw`b=(\d+)`, 'fb')),
    program: { 'one: b=2': 'one', 'one: a=1 b=2': 'one fa=1' },
  },
  {
    clause: '7.4, 6.5: a foreign sibling ends a chain',
    xml:
      root('mix') +
      child('mix-a', 'mix', regex(String.raw`a=(\d+)`, 'fa')) +
      child('mix-z', 'mix', regex(String.raw`z=(\d+)`, 'fz')) +
      child('mix-a', 'mix', regex(String.raw`b=(\d+)`, 'fb')),
    program: { 'mix: a=1 b=2 z=3': 'mix fa=1 fz=3', 'mix: a=1 b=2': 'mix fa=1' },
  },
  {
    clause: '7.5, 6.6: the last static value wins, dynamic ones are all kept',
    xml:
      root('acc') +
      ['a,fa', 'b,fa', 'c,id', 'd,id']
        .map((pair) => child('acc-c', 'acc', regex(String.raw`${pair[0]}=(\d+)`, pair.slice(2))))
        .join(''),
    program: { 'acc: a=1 b=2 c=3 d=4': 'acc id=4 fa=1 fa=2' },
  },
  {
    clause: '7.6, 6.5: a failed prematch skips its chain',
    xml:
      root('skip') +
      child('skip-1', 'skip', `<prematch>^P</prematch>${regex(String.raw`a=(\d+)`, 'a')}`) +
      child('skip-1', 'skip', regex(String.raw`b=(\d+)`, 'b')) +
      child('skip-2', 'skip', `<prematch>^Q</prematch>${regex(String.raw`a=(\d+)`, 'q')}`),
    program: {
      'skip: P a=1 b=2': 'skip[skip] a=1 b=2',
      'skip: Q a=1 b=2': 'skip[skip] q=1',
      'skip: R a=1': 'skip',
    },
  },
  {
    clause: '7.7, 6.7: a child shows its own name only with use_own_name and prematch',
    xml:
      root('own') +
      child('own-a', 'own', `<use_own_name>true</use_own_name><prematch>^A</prematch>`) +
      child('own-b', 'own', `<prematch>^B</prematch>`) +
      child('own-c', 'own', `<use_own_name>true</use_own_name>${regex(String.raw`x=(\d)`, 'x')}`),
    program: { 'own: A': 'own-a[own]', 'own: B': 'own[own]', 'own: C x=1': 'own x=1' },
  },
  {
    clause: '7.8, 4: elements are concatenated, the type of the last counts',
    xml: root(
      'cat',
      `<regex type="pcre2">^u (\\S+) </regex><regex>at (\\S+)</regex><order>srcuser,srcip</order>`,
    ),
    program: {
      'cat: u ann at 10.0.0.9': 'cat srcip=10.0.0.9 srcuser=ann',
      'cat: u ann x at 10.0.0.9': 'cat',
    },
  },
  {
    clause: '7.9, 6.6: surplus groups and names',
    xml:
      root('more', regex(String.raw`(\d+) (\d+) (\d+)`, 'a,b')) +
      root('less', regex(String.raw`(\d+)`, 'a,b')),
    program: { 'more: 1 2 3': 'more a=1 b=2', 'less: 7': 'less a=7' },
  },
  {
    clause: '7.10, 4: groups of alternatives, counted apart in OSRegex and together in PCRE2',
    xml:
      root('alt', regex(String.raw`^A (\d+)|^B (\d+) (\d+)`, 'a,b')) +
      root('per', '<regex type="pcre2">^A (\\d+)|^B (\\d+)</regex><order>a,b</order>'),
    program: { 'alt: B 5 6': 'alt a=5 b=6', 'per: B 5': 'per a= b=5' },
  },
  {
    clause: '7.11, 6.6: user is dstuser, systemname is dynamic',
    xml: root('who', regex(String.raw`(\w+) (\w+) (\w+)`, 'user,dstuser,systemname')),
    program: { 'who: u1 u2 s3': 'who dstuser=u2 systemname=s3' },
  },
  {
    clause: '7.14, 6.9: options of the decoder that counts',
    xml:
      root('j1') +
      child('j1-c', 'j1', `${json('after_parent')}<json_null_field>discard</json_null_field>`) +
      root('j2') +
      child(
        'j2-c',
        'j2',
        `<prematch>^pre: </prematch>${json('after_prematch')}<json_null_field>discard</json_null_field><json_array_structure>csv</json_array_structure>`,
      ) +
      child('j2-c', 'j2', regex(String.raw`@(\w+)`, 'domain')) +
      root('j3', String.raw`<prematch>^n=\d+</prematch>${json('after_prematch')}`),
    program: {
      'j1: {"a":null,"b":[1,"x"],"c":{"d":true}}': 'j1 a=null b=[1, "x"] c.d=true',
      'j2: pre: {"a":null,"b":[1,"x",{"q":1}],"e":"x@dom"}': 'j2[j2] b=1,x, e=x@dom domain=dom',
      'j3: n=12{"a":1}': 'j3',
      'j3: n=12 {"a":1} tail': 'j3 a=1',
    },
  },
]

describe('createDecoder()', () => {
  for (const { clause, xml, program } of examples) {
    it(`decoders.md ${clause}`, () => {
      const logs = Object.keys(program).map((log) => `Mar  3 04:05:06 h ${log}`)
      assert.deepEqual(decodeAll(xml, logs).map(shown), Object.values(program))
    })
  }

  it('decoders.md 6.4: with a program name only roots that have one are tried', () => {
    const xml = `<decoder name="j"><prematch>^{</prematch>${json()}</decoder>`
    const logs = ['Mar  3 04:05:06 h {"a":1}', 'Mar  3 04:05:06 h app: {"a":1}', '{"a":1}']
    assert.deepEqual(decodeAll(xml, logs).map(shown), ['j a=1', '-', 'j a=1'])
  })

  it('decoders.md 7.13: a root may extract behind its own prematch', () => {
    const xml = `<decoder name="n"><prematch>^t-nopn: </prematch>${regex(String.raw`^(\d+)`, 'id', 'after_prematch')}</decoder>`
    const logs = ['t-nopn: 55 x', 'Mar  3 04:05:06 h app: t-nopn: 55 x']
    assert.deepEqual(decodeAll(xml, logs).map(shown), ['n id=55', '-'])
  })

  it('decoders.md 7.15: values of JSON', () => {
    const xml = `<decoder name="json"><prematch>^{\\s*"</prematch>${json()}</decoder>`
    const logs = [
      '{"srcip":"1.1.1.1","user":"u","dstuser":"d","id":7,"system_name":"s","systemname":"t","n":5000000000,"f":1.5,"t":true,"z":null,"arr":[1,{"a":2}],"o":{"p.q":{"r":"x"}},"dup":1,"dup":2,"a":""} trailing',
      '{"dstuser":"d","user":"u"}',
      ' {"a":1}',
      '{a:1}',
      '{ "a":1}',
    ]
    assert.deepEqual(decodeAll(xml, logs).map(shown), [
      'json srcip=1.1.1.1 dstuser=d id=7 system_name=t system_name=s n=5000000000.000000 f=1.500000 t=true z=null arr=[1, {\n\t\t"a":\t2\n\t}] o.p.q.r=x dup=1 dup=2 a=',
      'json dstuser=d user=u',
      '-',
      '-',
      'json a=1',
    ])
  })

  it('decoders.md 7.12: children belong to every root of the name of their parent', () => {
    const xml =
      '<decoder name="r"><prematch>^one</prematch></decoder><decoder name="r"><prematch>^two</prematch></decoder>' +
      child('rc', 'r', regex(String.raw`v=(\d+)`, 'v', 'after_parent'))
    assert.deepEqual(decodeAll(xml, ['one v=1', 'two v=2', 'three v=3']).map(shown), ['r v=1', 'r v=2', '-'])
  })

  it('decoders.md 6.10: accumulate carries values by id for two minutes', () => {
    const xml =
      root('ac', '<accumulate/>') +
      child('ac-c', 'ac', regex(String.raw`id=(\d+) u=(\w*) p=(\w*)`, 'id,srcuser,srcport'))
    const logs = ['id=1 u=ann p=', 'id=1 u= p=22', 'id=2 u= p=1', 'id=1 u=bob p=', 'id=1 u= p='].map(
      (log) => `Mar  3 04:05:06 h ac: ${log}`,
    )
    const events = decodeAll(xml, logs, [0, 1000, 1000, 100_000, 300_000])
    assert.deepEqual(
      events.map((event) => [event?.fields.fixed('srcuser'), event?.fields.fixed('srcport')]),
      [
        ['ann', undefined],
        ['ann', '22'],
        ['', '1'],
        ['bob', '22'],
        ['', undefined],
      ],
    )
  })

  it('decoders.md 5.1: the agent and its host come from the location', () => {
    const { decoders } = loadDecoders([{ file: 'test.xml', text: never }])
    const decoder = createDecoder(decoders, { hostname: 'manager' })
    const raw = { id: '1', source: 'agent', receivedAtMs: 0, text: 'Mar  3 04:05:06 h app: x' }
    const event = decoder.decode(new RawEvent({ ...raw, location: '[003] (db) 10.0.0.3->/var/log/x' }))
    assert.equal(event?.hostname, 'db')
    assert.equal(event?.location, '(db) 10.0.0.3->/var/log/x')
    assert.deepEqual(event?.agent, { id: '003', name: 'db', ip: '10.0.0.3' })
    assert.equal(decoder.decode(new RawEvent({ ...raw, location: '[003' })), undefined)
  })

  const plugins = [
    {
      name: 'PF_Decoder',
      log: 'rule 3/(match) block in on em0: 10.1.1.1.5000 > 10.2.2.2.22: tcp',
      is: 'p protocol=TCP action=block srcip=10.1.1.1 srcport=5000 dstip=10.2.2.2 dstport=22',
    },
    {
      name: 'PF_Decoder',
      log: 'rule 3/(match) pass in on em0: 10.1.1.1 > 10.2.2.2: icmp',
      is: 'p protocol=ICMP action=pass srcip=10.1.1.1 dstip=10.2.2.2',
    },
    { name: 'PF_Decoder', log: 'rule 3/(match) scrub in', is: 'p' },
    {
      name: 'SymantecWS_Decoder',
      log: 'x,10=ann,11=10.0.0.9,60=http://a.b/,3=1,2=7,11=no',
      is: 'p srcip=10.0.0.9 dstuser=ann id=3=1,2=7,1 url=http://a.b/',
    },
    {
      name: 'OSSECAlert_Decoder',
      log: 'ossec: Alert Level: 5; Rule: 5710 - Bad user; Location: web->/var/log/auth.log; srcip: 10.0.0.9; user: ann;  text',
      is: 'p srcip=10.0.0.9 dstuser=ann',
    },
  ]
  for (const { name, log, is } of plugins) {
    it(`decoders.md 6.8: ${name} on ${log}`, () => {
      const xml = `<decoder name="p"><prematch></prematch><plugin_decoder>${name}</plugin_decoder></decoder>`
      assert.deepEqual(decodeAll(xml, [log]).map(shown), [is])
    })
  }

  it('decoders.md 6.8: SonicWall_Decoder changes the category of this event only', () => {
    const xml =
      '<decoder name="p"><prematch></prematch><plugin_decoder>SonicWall_Decoder</plugin_decoder></decoder>'
    const log = 'pri=1 c=64 m=36 msg="x" n=1 src=10.0.0.1:5000:X0 dst=10.0.0.2:80:X1 proto=tcp/http'
    const [dropped, other] = decodeAll(xml, [log, log.replace('m=36', 'm=1')])
    assert.equal(
      shown(dropped),
      'p protocol=tcp action=drop srcip=10.0.0.1 srcport=5000 dstip=10.0.0.2 dstport=80 id=36 status=1',
    )
    assert.deepEqual([dropped?.decoder?.category, other?.decoder?.category], ['firewall', 'syslog'])
  })
})
