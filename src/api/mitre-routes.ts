import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { problemResponses } from './schemas.ts'

/** Of the package: names and tactics, with their version. */
const catalogue = path.join(import.meta.dirname, '..', '..', '..', 'ruleset', 'mitre.json')

export function addMitreRoutes(server: FastifyInstance): void {
  server.get('/mitre', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Tactics and techniques of MITRE ATT&CK',
      tags: ['rules'],
      response: {
        200: {
          type: 'object',
          required: ['version', 'tactics', 'techniques'],
          properties: {
            version: { type: 'string' },
            tactics: { type: 'object', additionalProperties: { type: 'string' } },
            techniques: {
              type: 'object',
              additionalProperties: { type: 'array', items: { type: 'string' } },
              description: 'Name, then the ids of its tactics.',
            },
          },
        },
        ...problemResponses,
      },
    },
    handler: async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(await readFile(catalogue)),
  })
}
