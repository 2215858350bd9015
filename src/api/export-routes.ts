import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Hit, Position } from '../store/store.ts'
import type { ApiContext } from './context.ts'
import { goneSignal, record } from './context.ts'
import { csvLine } from './csv.ts'
import { fieldText, parseDocument } from './document-field.ts'
import { documentJson } from './hit-json.ts'
import { problemResponses } from './schemas.ts'
import type { Scope, ScopeText } from './scope.ts'
import { readScope, scopeProperties } from './scope.ts'

const pageSize = 1000

const defaultColumns = [
  'timestamp',
  'rule.level',
  'rule.id',
  'rule.description',
  'agent.name',
  'location',
  'data.docker.Type',
  'data.docker.Action',
  'data.docker.Actor.Attributes.name',
  'data.docker.Actor.Attributes.image',
  'data.verb',
  'data.objectRef.resource',
  'data.objectRef.namespace',
  'data.objectRef.name',
  'data.user.username',
  'id',
] as const

interface ExportText extends ScopeText {
  readonly format?: 'ndjson' | 'csv'
  readonly columns?: string
}

/** Page after page; the reader's pace is the pace of the store. */
async function* pages(context: ApiContext, scope: Scope, signal: AbortSignal): AsyncIterable<readonly Hit[]> {
  let after: Position | undefined
  for (;;) {
    const { hits, partial } = await context.store.search(
      {
        dataset: scope.dataset,
        query: scope.query,
        ...(scope.fromMs === undefined ? {} : { fromMs: scope.fromMs }),
        ...(scope.toMs === undefined ? {} : { toMs: scope.toMs }),
        limit: pageSize,
        order: 'newest',
        counting: false,
        ...(after === undefined ? {} : { after }),
      },
      signal,
    )
    // An export that simply ended here would look complete: the connection breaks off instead.
    if (partial !== undefined) throw new Error(`the export is not complete: ${partial}`)
    if (hits.length > 0) yield hits
    after = hits.at(-1)?.position
    if (hits.length < pageSize) return
  }
}

async function* ndjson(found: AsyncIterable<readonly Hit[]>): AsyncIterable<string> {
  for await (const hits of found) yield `${hits.map((hit) => documentJson(hit.document)).join('\n')}\n`
}

async function* csv(found: AsyncIterable<readonly Hit[]>, columns: readonly string[]): AsyncIterable<string> {
  yield csvLine(columns)
  for await (const hits of found) {
    yield hits
      .map((hit) => {
        const document = parseDocument(hit.document)
        return csvLine(columns.map((column) => fieldText(document, column) ?? ''))
      })
      .join('')
  }
}

export function addExportRoutes(server: FastifyInstance, context: ApiContext): void {
  server.get<{ Querystring: ExportText }>('/export', {
    config: { access: 'viewer' },
    schema: {
      summary: 'Everything a query finds, as one stream without a limit',
      tags: ['search'],
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          ...scopeProperties,
          format: { type: 'string', enum: ['ndjson', 'csv'], default: 'ndjson' },
          columns: { type: 'string', maxLength: 4096, description: 'Of the CSV, separated by commas.' },
        },
      },
      response: { 200: { type: 'string' }, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { format = 'ndjson', columns } = request.query
      const scope = readScope(request.query, context)
      const signal = AbortSignal.any([goneSignal(reply), context.closing])
      record(context, request, {
        action: 'export',
        target: `${scope.dataset} ${request.query.q ?? ''}`.trim(),
      })
      const found = pages(context, scope, signal)
      const wanted = columns?.split(',').filter((column) => column !== '') ?? defaultColumns
      const text = format === 'csv' ? csv(found, wanted) : ndjson(found)
      return reply
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8')
        .header('content-disposition', `attachment; filename="quaywatch-${scope.dataset}.${format}"`)
        .send(Readable.from(text))
    },
  })
}
