import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'

import { fromByteString, toByteString } from '../event/byte-string.ts'
import { fieldKey } from '../event/field-key.ts'
import { RawEvent } from '../event/raw-event.ts'
import { loadEngine } from '../load-engine.ts'
import { analyse } from '../pipeline/analyse.ts'
import type { Entry } from '../store/store.ts'
import { packageRoot } from '../version.ts'
import { type MaskOptions, Masker } from './masker.ts'

const byDefault: MaskOptions = { defaults: true, patterns: [], fields: [] }
const masker = (options: Partial<MaskOptions> = {}, counted = new Map<string, number>()) =>
  new Masker(
    { ...byDefault, ...options },
    { masked: (_, counts) => counts.forEach((count, name) => counted.set(name, count)) },
  )

const jwt = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl'
const texts = [
  ['Authorization: Bearer abcdefghij0123456789', 'Authorization: [masked]'],
  ['GET / "authorization":"Basic dXNlcjpwYXNz"', 'GET / "authorization":"[masked]"'],
  [`token is ${jwt} today`, 'token is [masked] today'],
  ['aws AKIAIOSFODNN7EXAMPLE used', 'aws [masked] used'],
  ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY x', 'AWS_SECRET_ACCESS_KEY=[masked] x'],
  ['DB_PASSWORD=hunter2 next', 'DB_PASSWORD=[masked] next'],
  ['password="two words" next', 'password="[masked]" next'],
  ['app --password hunter2 --verbose', 'app --password [masked] --verbose'],
  ['app --api-key=abc123;ls', 'app --api-key=[masked];ls'],
  ['mysql -u root -phunter2 db', 'mysql -u root -p[masked] db'],
  ['sshpass -p hunter2 ssh h', 'sshpass -p [masked] ssh h'],
  ['curl -s -u admin:hunter2 https://h/', 'curl -s -u admin:[masked] https://h/'],
  ['postgres://app:s3cret@db:5432/x', 'postgres://app:[masked]@db:5432/x'],
  ['ghp_0123456789abcdefghijABCDEFGHIJ012345 leaked', '[masked] leaked'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter', '[masked]\nafter'],
  [
    '/exec?command=mysql&command=-phunter2&command=--password&command=x&token=t',
    '/exec?command=mysql&command=-p[masked]&command=--password&command=[masked]&token=[masked]',
  ],
  ['{"user":"ann","password":"hunter2","n":1.50}', '{"user":"ann","password":"[masked]","n":1.50}'],
  [
    '{"clientSecret": "x", "headers": {"Authorization": ["Bearer y"]}}',
    '{"clientSecret": "[masked]", "headers": {"Authorization": ["[masked]"]}}',
  ],
  [
    '{"env":[{"name":"DB_PASSWORD","value":"hunter2"},{"name":"MODE","value":"fast"}]}',
    '{"env":[{"name":"DB_PASSWORD","value":"[masked]"},{"name":"MODE","value":"fast"}]}',
  ],
  ['{"args":["--token","abc","--port","80"]}', '{"args":["--token","[masked]","--port","80"]}'],
  [
    '{"kind":"Secret","metadata":{"name":"db"},"data":{"key":"aHVudGVyMg=="},"stringData":{"a":{"b":["c"]}}}',
    '{"kind":"Secret","metadata":{"name":"db"},"data":{"key":"[masked]"},"stringData":{"a":{"b":["[masked]"]}}}',
  ],
  [
    '{"objectRef":{"resource":"secrets"},"requestObject":{"data":{"k":"v"}},"responseObject":[{"op":"replace","path":"/data/k","value":"v"}]}',
    '{"objectRef":{"resource":"secrets"},"requestObject":{"data":{"k":"[masked]"}},"responseObject":[{"op":"replace","path":"/data/k","value":"[masked]"}]}',
  ],
  [
    '{"last":"{\\"kind\\":\\"Secret\\",\\"data\\":{\\"k\\":\\"v\\"}}\\n"}',
    '{"last":"{\\"kind\\":\\"Secret\\",\\"data\\":{\\"k\\":\\"[masked]\\"}}\\n"}',
  ],
  ['{"password":"a"\n', '{"password":"[masked]"\n'],
] as const

/** Nothing in these is a secret. */
const plain = [
  'Nov 20 12:00:00 h sshd[1]: Failed password for root from 192.0.2.4 port 22 ssh2',
  'ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/bin/ls',
  '{"objectRef":{"resource":"secrets","name":"db-password"},"verb":"get"}',
  '{"annotations":{"authorization.k8s.io/decision":"allow"},"automountServiceAccountToken":false}',
  '{"volumes":[{"secret":{"secretName":"db"}}],"token":{"path":"token"}}',
  '{"userAgent":"curl/8.5.0","requestURI":"/api/v1/secrets?limit=500"}',
  'cat /var/run/secrets/kubernetes.io/serviceaccount/token',
  'login --token $(cat /tmp/t)',
  'https://example.org:8443/a@b',
]

describe('Masker.maskText()', () => {
  for (const [text, masked] of texts) {
    it(`masks ${text.slice(0, 60)}`, () => {
      assert.equal(masker().maskText(text), masked)
      assert.equal(masker().maskText(masked), masked, 'masked twice is masked once')
    })
    it(`masks ${text.slice(0, 60)} inside of JSON`, () => {
      const document = JSON.stringify({ full_log: text, other: 'stays' })
      const found: { full_log: string } = JSON.parse(masker().maskText(document))
      assert.equal(found.full_log, masked)
    })
  }
  for (const text of plain) {
    it(`leaves ${text.slice(0, 60)} as it is`, () => assert.equal(masker().maskText(text), text))
  }
})

function analysed(text: string, location = 'here'): Entry {
  const engine = loadEngine({ home: path.join(packageRoot, 'no-such-home'), hostName: 'host' }).newSession()
  const raw = { id: 'the id', source: 'test', location, receivedAtMs: 1_795_000_000_000 }
  const [entry] = analyse(engine, [new RawEvent({ ...raw, text: toByteString(text) })], () => undefined)
  assert.ok(entry)
  return entry
}

const own =
  '{"integration":"quaywatch","quaywatch":{"kind":"source-ended","source":"Ünix","reason":"login with password=hunter2 failed"}}'

describe('Masker.mask()', () => {
  it('masks the message, documents, description and fields, and counts', () => {
    const counted = new Map<string, number>()
    const entry = analysed(own, 'quaywatch')
    const masked = masker({}, counted).mask(entry)
    assert.equal(masked.event.raw.id, 'the id')
    assert.doesNotMatch(
      JSON.stringify([masked.document, masked.alert, masked.rule, masked.shortDocument]),
      /hunter2/,
    )
    assert.match(masked.alert?.document ?? '', /Ünix.*password=\[masked\] failed/)
    assert.equal(fromByteString(masked.event.raw.text), own.replace('hunter2', '[masked]'))
    assert.equal(
      masked.event.fields.dynamic(fieldKey('quaywatch.reason')),
      'login with password=[masked] failed',
    )
    assert.match(masked.rule?.description ?? '', /password=\[masked\] failed/)
    assert.ok((counted.get('name-value') ?? 0) >= 2)
    assert.match(entry.document, /hunter2/, 'the original is not touched')
    const parsed: { full_log: string } = JSON.parse(masked.document)
    assert.equal(parsed.full_log, own.replace('hunter2', '[masked]'))
  })

  it('gives back the entry itself when there is nothing to mask', () => {
    const entry = analysed('Nov 20 12:00:00 h sshd[1]: Failed password for root from 192.0.2.4 port 22')
    assert.equal(masker().mask(entry), entry)
  })

  it('does nothing when it is switched off', () => {
    const entry = analysed(own, 'quaywatch')
    assert.equal(masker({ defaults: false }).mask(entry), entry)
  })

  it('masks the value of a named field wherever it stands', () => {
    const entry = analysed('{"who":{"name":"Bob \\"the\\" Smith"},"text":"hello Bob \\"the\\" Smith!"}')
    const masked = masker({ defaults: false, fields: ['who.name'] }).mask(entry)
    assert.equal(
      fromByteString(masked.event.raw.text),
      '{"who":{"name":"[masked]"},"text":"hello [masked]!"}',
    )
    const { data }: { data: object } = JSON.parse(masked.document)
    assert.deepEqual(data, { who: { name: '[masked]' }, text: 'hello [masked]!' })
  })

  it('masks what a pattern of the user says, and only its first group', () => {
    const entry = analysed('{"a":"card 4111-1111 of ann","card":"4111-1111"}')
    const masked = masker({ defaults: false, patterns: [/card (\d{4}-\d{4})/g] }).mask(entry)
    assert.equal(fromByteString(masked.event.raw.text), '{"a":"card [masked] of ann","card":"4111-1111"}')
  })
})
