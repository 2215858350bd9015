// What a decoder gives for every event of the observed vectors: decoder, parent and fields. Rules are not involved.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createDecoder } from '../../src/decode/create-decoder.ts'
import { loadDecoders } from '../../src/decode/load-decoders.ts'
import { fromByteString } from '../../src/event/byte-string.ts'
import { type DecodedEvent, staticNames } from '../../src/event/decoded-event.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { deviations } from './deviations.ts'
import { bytesOf, readVectors } from './reference.ts'

interface Vector {
  readonly id: string
  readonly stock: boolean
  readonly files: Readonly<Record<string, string>>
  readonly config?: { readonly decoder_order_size?: number }
  readonly encoding?: string
  readonly location: string
  readonly locations?: readonly string[]
  readonly events: readonly string[]
  readonly delays?: readonly number[]
  readonly load: { readonly ok: boolean; readonly problems: readonly string[] }
  readonly expected: readonly (Expected | null)[]
}

interface Expected {
  readonly rule?: { readonly description?: string }
  readonly agent?: { readonly id: string; readonly ip?: string; readonly name?: string }
  readonly predecoder?: { readonly program_name?: string; readonly timestamp?: string }
  readonly decoder: { readonly name?: string; readonly parent?: string; readonly ftscomment?: string }
  readonly data?: unknown
  readonly location: string
}

const kinds: Readonly<Record<string, string>> = { fatal: 'fatal', error: 'error', warning: 'warn' }

/** Reads the decoder files of a vector; those of rules only are skipped. */
function run(vector: Vector): { problems: string[]; events: (DecodedEvent | undefined)[] } {
  const files = Object.entries(vector.files)
    .filter(([path]) => path.includes('decoders/') && path.endsWith('.xml'))
    .map(([file, text]) => ({ file, text: bytesOf(text, vector.encoding) }))
    .sort((a, b) => ((a.file.split('/').at(-1) ?? '') < (b.file.split('/').at(-1) ?? '') ? -1 : 1))
  const fieldLimit = vector.config?.decoder_order_size ?? 256
  const { decoders, problems } = loadDecoders(files, { orderSize: fieldLimit })
  const decoder = createDecoder(decoders, { hostname: 'manager', fieldLimit })
  let receivedAtMs = 0
  const events = vector.events.map((text, index) => {
    receivedAtMs += (vector.delays?.[index] ?? 0) * 1000
    const location = bytesOf(vector.locations?.[index] ?? vector.location, vector.encoding)
    const raw = { id: String(index), source: 'test', location, receivedAtMs }
    return decoder.decode(new RawEvent({ ...raw, text: bytesOf(text, vector.encoding) }))
  })
  const kindsFound = problems.map(({ severity, code }) => `${kinds[severity] ?? severity}:${code}`)
  return { problems: [...new Set(kindsFound)].sort(), events }
}

type Tree = { [name: string]: unknown }

function sameName(tree: Tree, name: string): string | undefined {
  return Object.keys(tree).find((known) => known.toLowerCase() === name.toLowerCase())
}

/** `data` as spec/rules.md §6.4b builds it: the slow and obvious way. */
function dataOf(event: DecodedEvent, text: (value: string) => string): unknown {
  const data: Tree = {}
  for (const name of staticNames) {
    const value = event.fields.fixed(name)
    if (value !== undefined) data[name] = text(value)
  }
  for (const [name, value] of event.fields.entries()) if (value !== '') place(data, text(name), text(value))
  return Object.keys(data).length === 0 ? undefined : data
}

function place(data: Tree, path: string, value: string): void {
  const names = path.split('.')
  const last = names.pop() ?? ''
  let tree = data
  for (const name of names) {
    const known = sameName(tree, name)
    const below = known === undefined ? undefined : tree[known]
    if (known !== undefined && !isTree(below)) return
    const next: Tree = isTree(below) ? below : {}
    if (known === undefined) tree[name] = next
    tree = next
  }
  if (sameName(tree, last) === undefined) tree[last] = arrayOrText(value)
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function arrayOrText(value: string): unknown {
  if (!value.startsWith('[')) return value
  try {
    return value.endsWith(']') ? (JSON.parse(value) as unknown) : value
  } catch {
    return value
  }
}

function summary(event: DecodedEvent, encoding: string | undefined): unknown {
  const text = encoding === 'latin1' ? (value: string) => value : fromByteString
  const { decoder, header, agent, location } = event
  return {
    decoder: {
      ...(decoder?.parent !== undefined && { parent: text(decoder.parent) }),
      ...(decoder !== undefined && { name: text(decoder.name) }),
      ...(decoder?.ftsComment !== undefined && { ftscomment: text(decoder.ftsComment) }),
    },
    data: dataOf(event, text),
    programName: header.programName === undefined ? undefined : text(header.programName),
    timestamp: header.timestamp === undefined ? undefined : text(header.timestamp),
    agent: {
      id: agent.id,
      ...(agent.name !== undefined && { name: text(agent.name) }),
      ...(agent.ip !== undefined && { ip: text(agent.ip) }),
    },
    location: location.startsWith('(') ? afterArrow(text(location)) : text(location),
  }
}

function afterArrow(location: string): string | undefined {
  const arrow = location.indexOf('>')
  return arrow < 0 ? undefined : location.slice(arrow + 1)
}

function expectedSummary(expected: Expected): unknown {
  const { accumulate: _, ...decoder } = { accumulate: 0, ...expected.decoder }
  return {
    decoder,
    data: expected.data,
    programName: expected.predecoder?.program_name,
    timestamp: expected.predecoder?.timestamp,
    agent: expected.agent,
    location: expected.location,
  }
}

/** The first difference of a vector, as a text to show. */
function difference(vector: Vector): string | undefined {
  const { problems, events } = run(vector)
  const expectedProblems = vector.load.problems.filter((problem) => !ruleProblems.has(problem))
  try {
    assert.deepEqual(problems, expectedProblems)
    if (!vector.load.ok) return undefined
    for (const [index, expected] of vector.expected.entries()) {
      const event = events[index]
      const actual = event === undefined ? undefined : summary(event, vector.encoding)
      assert.deepEqual(actual, expected === null ? undefined : expectedSummary(expected), `event ${index}`)
      for (const part of hostOf(expected)) assert.equal(event?.hostname, bytesOf(part, vector.encoding))
    }
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** Header vectors show what `<hostname>` sees in their description. */
function hostOf(expected: Expected | null): readonly string[] {
  const [, host] = /^host=\[([^\]]*)\] program=/.exec(expected?.rule?.description ?? '') ?? []
  return host === undefined ? [] : [host]
}

/** Problems that rule files cause. */
const ruleProblems = new Set<string>()

const onPurpose = new Map(deviations.map(({ vector, reason }) => [vector, reason]))

for (const name of ['decoders', 'json']) {
  describe(`observed vectors: ${name}.jsonl, decoding`, () => {
    const vectors = readVectors(`${name}.jsonl`)
    if (vectors === undefined) {
      it('SKIPPED: the vectors are not there', (context) => context.skip(`no ${name}.jsonl`))
      return
    }
    // The shape of every line is documented beside the vectors.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    for (const vector of vectors as readonly Vector[]) {
      if (vector.stock) continue
      it(`${vector.id} decodes as observed`, () => {
        const found = difference(vector)
        if (onPurpose.has(vector.id)) assert.ok(found, 'this deviation is stale: remove it')
        else assert.equal(found, undefined)
      })
    }
  })
}
