const text = { type: 'string' } as const
const count = { type: 'integer' } as const
const texts = { type: 'array', items: text } as const

const ruleProperties = { id: count, level: count, description: text } as const
const ruleRequired = ['id', 'level', 'description'] as const
const ruleOrNone = {
  type: ['object', 'null'],
  required: ruleRequired,
  properties: ruleProperties,
} as const

const differences = (description: string) =>
  ({
    type: 'array',
    description,
    items: {
      type: 'object',
      required: ['before', 'after', 'count', 'samples'],
      properties: {
        before: ruleOrNone,
        after: ruleOrNone,
        count,
        samples: {
          type: 'array',
          items: {
            type: 'object',
            required: ['eventId', 'at', 'description'],
            properties: { eventId: text, at: text, description: text },
          },
        },
      },
    },
  }) as const

const reportSchema = {
  type: 'object',
  required: [
    'complete',
    'from',
    'to',
    'oldest',
    'against',
    'events',
    'alerts',
    'fired',
    'changed',
    'stopped',
    'uncounted',
    'draft',
    'problems',
    'notes',
  ],
  properties: {
    complete: {
      type: 'boolean',
      description: 'False: stopped early; everything holds for the part that was done.',
    },
    from: text,
    to: text,
    oldest: { type: ['string', 'null'], description: 'Arrival of the oldest event that was there.' },
    against: text,
    events: count,
    alerts: {
      type: 'object',
      required: ['before', 'after', 'unchanged'],
      properties: { before: count, after: count, unchanged: count },
    },
    fired: differences('Alerts where there was none; before is null.'),
    changed: differences('Alerts of another rule or level.'),
    stopped: differences('No alert where there was one; after is null.'),
    uncounted: { ...count, description: 'Differences beyond the longest list of pairs of rules.' },
    draft: {
      type: 'array',
      description: 'Rules of the draft and how many alerts each would have raised.',
      items: {
        type: 'object',
        required: [...ruleRequired, 'alerts'],
        properties: { ...ruleProperties, alerts: count },
      },
    },
    problems: { ...texts, description: 'Found while loading the draft: FILE:LINE:COLUMN: …' },
    notes: { ...texts, description: 'What to know when reading it.' },
  },
} as const

export const jobSchema = {
  type: 'object',
  required: ['id', 'state', 'by', 'startedAt', 'from', 'to', 'against', 'files', 'progress', 'events'],
  properties: {
    id: text,
    state: { type: 'string', enum: ['running', 'done', 'cancelled', 'failed'] },
    by: text,
    startedAt: text,
    endedAt: text,
    from: text,
    to: text,
    against: text,
    files: texts,
    progress: { type: 'number', description: 'Share of the time that is done, from 0 to 1.' },
    events: { ...count, description: 'Compared so far.' },
    report: reportSchema,
    error: { ...text, description: 'Why it failed.' },
    problems: { ...texts, description: 'Why the rules do not load.' },
  },
} as const
