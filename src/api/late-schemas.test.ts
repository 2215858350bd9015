import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fastify, type FastifyInstance } from 'fastify'

import { compileSchemasLate, lateSchemas } from './late-schemas.ts'

const count = { type: 'object', properties: { count: { type: 'integer', minimum: 1 } } } as const

function server(): FastifyInstance {
  const made = fastify({ schemaController: lateSchemas })
  compileSchemasLate(made, { customOptions: { coerceTypes: 'array', removeAdditional: false } })
  made.get('/counted', { schema: { querystring: count, response: { 200: count } } }, async (request) =>
    Object.assign({ hidden: true }, request.query),
  )
  made.get('/broken', { schema: { querystring: { type: 'nonsense' } } }, async () => 'never')
  return made
}

const requests = [
  { url: '/counted?count=3', status: 200, body: '{"count":3}' },
  { url: '/counted?count=4', status: 200, body: '{"count":4}' },
  {
    url: '/counted?count=0',
    status: 400,
    body: '{"statusCode":400,"code":"FST_ERR_VALIDATION","error":"Bad Request","message":"querystring/count must be >= 1"}',
  },
  {
    url: '/counted?count=x',
    status: 400,
    body: '{"statusCode":400,"code":"FST_ERR_VALIDATION","error":"Bad Request","message":"querystring/count must be integer"}',
  },
] as const

describe('compileSchemasLate()', () => {
  it('checks requests and shapes answers as if everything were compiled at the start', async () => {
    const made = server()
    for (const { url, status, body } of requests) {
      const answer = await made.inject(url)
      assert.deepEqual([answer.statusCode, answer.body], [status, body], url)
    }
  })

  it('a schema that cannot be compiled fails its own requests only', async () => {
    const made = server()
    assert.equal((await made.inject('/broken')).statusCode, 500)
    assert.equal((await made.inject('/counted?count=3')).statusCode, 200)
  })
})
