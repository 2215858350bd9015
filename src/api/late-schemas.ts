import { createRequire } from 'node:module'

import type validators from '@fastify/ajv-compiler'
import type serializers from '@fastify/fast-json-stringify-compiler'
import type {
  FastifyInstance,
  FastifySchema,
  FastifySchemaCompiler,
  FastifySerializerCompiler,
} from 'fastify'

type ValidatorOptions = Parameters<ReturnType<typeof validators>>[1]

// Read when the first schema is needed: these two are a good part of the web server.
const require = createRequire(import.meta.url)

const isSetLater = (): never => {
  throw new Error('making the web server: its compilers of schemas are set before its routes')
}

/** For the server that `compileSchemasLate` is called with: without it, what compiles would be read at once. */
export const lateSchemas = { compilersFactory: { buildValidator: isSetLater, buildSerializer: isSetLater } }

/**
 * Compiles the schemas of a route when a request first needs them: all of them together took a sixth of the start. One that cannot be
 * compiled fails that request, so every route needs a test that asks for it.
 */
export function compileSchemasLate(server: FastifyInstance, options: ValidatorOptions): void {
  server.setValidatorCompiler(lateValidator(options))
  server.setSerializerCompiler(lateSerializer())
}

function lateValidator(options: ValidatorOptions): FastifySchemaCompiler<FastifySchema> {
  const compiler = once(() => {
    const factory: typeof validators = require('@fastify/ajv-compiler')
    return factory()({}, options)
  })
  return (route) => {
    const compiled = once(() => compiler()({ ...route }))
    const validate: ReturnType<FastifySchemaCompiler<FastifySchema>> = (data: unknown) => {
      const check = compiled()
      const isValid = check(data) === true
      validate.errors = check.errors ?? null
      return isValid
    }
    return validate
  }
}

function lateSerializer(): FastifySerializerCompiler<FastifySchema> {
  const compiler = once(() => {
    const factory: typeof serializers = require('@fastify/fast-json-stringify-compiler')
    return factory()({}, {})
  })
  return ({ method, url, httpStatus = '', schema }) => {
    const compiled = once(() => compiler()({ method, url, httpStatus, schema }))
    return (data: unknown) => compiled()(data)
  }
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
