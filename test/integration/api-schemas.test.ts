// Schemas are compiled when a request first needs them: a route that nobody asks for must not hide one that cannot be.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import validators from '@fastify/ajv-compiler'
import serializers from '@fastify/fast-json-stringify-compiler'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { startDashboard } from '../support/dashboard.ts'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Every schema of a described operation, by whether it is for what comes in or goes out. */
function* schemasOf(value: unknown, isAnswer = false): Iterable<{ schema: object; isAnswer: boolean }> {
  if (!isObject(value)) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'schema' && isObject(inner)) yield { schema: inner, isAnswer }
    else yield* schemasOf(inner, isAnswer || key === 'responses')
  }
}

describe('schemas of the API', () => {
  it('can all be compiled', async () => {
    const dashboard = await startDashboard(new MemoryStore())
    const { json } = await dashboard.ask('/api/v1/openapi.json', { headers: await dashboard.signIn() })
    await dashboard.close()
    const validator = validators()({}, { customOptions: { coerceTypes: 'array', removeAdditional: false } })
    const serializer = serializers()({}, {})
    const compiled = { in: 0, out: 0 }
    assert.ok(isObject(json) && isObject(json['paths']))
    for (const [url, operations] of Object.entries(json['paths']))
      for (const { schema, isAnswer } of schemasOf(operations)) {
        // A parameter is described by itself, and is a member when it is checked.
        const route = {
          method: 'GET',
          url,
          httpStatus: '200',
          schema: { type: 'object', properties: { it: schema } },
        }
        assert.doesNotThrow(() => (isAnswer ? serializer(route) : validator(route)), url)
        compiled[isAnswer ? 'out' : 'in'] += 1
      }
    assert.ok(compiled.in > 50, `${compiled.in} of requests`)
    assert.ok(compiled.out > 100, `${compiled.out} of answers`)
  })
})
