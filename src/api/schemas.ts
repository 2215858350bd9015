const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    advice: { type: 'string', description: 'What to do next.' },
  },
  additionalProperties: true,
} as const

/** The answers every route may give besides its own (RFC 9457). */
export const problemResponses = {
  default: {
    description: 'Anything but success.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
} as const

export const userName = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]*$',
} as const

export const password = { type: 'string', minLength: 12, maxLength: 1024 } as const

export const role = { type: 'string', enum: ['viewer', 'analyst', 'admin'] } as const

export const identitySchema = {
  type: 'object',
  required: ['user', 'role', 'hasPassword', 'hostName', 'version'],
  properties: {
    user: { type: 'string' },
    role,
    hasPassword: { type: 'boolean' },
    hostName: { type: 'string' },
    version: { type: 'string' },
  },
} as const
