import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** Addresses inside the dashboard; each is one segment, so that relative links to assets work below any base path. */
export const pages = [
  '/',
  '/overview',
  '/docker',
  '/kubernetes',
  '/events',
  '/mitre',
  '/rules',
  '/entity',
  '/health',
  '/sign-in',
] as const

const missing = 'The dashboard has not been built. Run: npm run build\n'

/** The built dashboard: one page, and assets that have their hash in the name. */
export async function addPageRoutes(server: FastifyInstance, webRoot: string): Promise<void> {
  server.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'open' }
    route.schema = { ...route.schema, hide: true }
  })
  const assets = path.join(webRoot, 'assets')
  if (existsSync(assets)) {
    await server.register(fastifyStatic, {
      root: assets,
      prefix: '/assets/',
      preCompressed: true,
      index: false,
      immutable: true,
      maxAge: '365d',
      decorateReply: false,
    })
  }
  const sendPage = async (reply: FastifyReply) => {
    const page = await readFile(path.join(webRoot, 'index.html')).catch(() => undefined)
    if (!page) return reply.code(503).type('text/plain; charset=utf-8').send(missing)
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page)
  }
  for (const url of pages) {
    server.get(url, {
      handler: (request, reply) => {
        const rest = request.url.slice(server.prefix.length)
        // Without the slash the page would look for its assets one folder too high.
        if (!rest.startsWith('/')) return reply.redirect(`${server.prefix}/${rest}`)
        return sendPage(reply)
      },
    })
  }
  const icon = path.join(webRoot, 'icon.svg')
  server.get('/icon.svg', {
    handler: async (_request, reply) => reply.type('image/svg+xml').send(await readFile(icon)),
  })
}
