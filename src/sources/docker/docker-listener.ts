import { integer, option, repeated, yesNo, type Read, type Values } from '../../config/option.ts'
import type { Source } from '../source.ts'
import { sourceType, type SourceContext } from '../source-type.ts'
import type { Severity } from '../../dialect/problem.ts'
import { messageOf } from './advice.ts'
import { DockerSource } from './docker-source.ts'
import { checkEngine } from './check-engine.ts'
import { engineAddress, type EngineAddress, type Environment } from './engine-address.ts'
import { adjustSchedule, firstRunInMs, parseInterval, parseTimeOfDay, parseWeekday } from './schedule.ts'
import type { Interval, Schedule, TimeOfDay } from './schedule.ts'

const interval = option<Interval>(
  'interval',
  { amount: 60, unit: 'seconds' },
  'The longest wait before connecting again. The first try comes within a second, then waits grow up to this, jittered.',
  {
    accepts: 'a duration such as 30, 5m, 1h, 1d, 1w or 1M (months)',
    shownFallback: '60s',
    read: ({ content }) =>
      orWrong(parseInterval(content), 'must be a duration greater than 0 such as 30, 5m, 1h, 1d, 1w or 1M'),
  },
)

const time = option<TimeOfDay | undefined>(
  'time',
  undefined,
  'Local time of day of the first connection; needs run_on_start no.',
  {
    accepts: 'hh:mm',
    read: ({ content }) => orWrong(parseTimeOfDay(content), 'must be a time of day from 0:00 to 23:59'),
  },
)

const weekday = option<number | undefined>('wday', undefined, 'Day of the week of the first connection.', {
  accepts: 'sunday to saturday, or sun to sat',
  read: ({ content }) => orWrong(parseWeekday(content), 'must be a day of the week, sunday to saturday'),
})

function orWrong<T>(value: T | undefined, wrong: string): Read<T> {
  return value === undefined ? { wrong } : { value }
}

function isAddress(content: string): boolean {
  try {
    engineAddress(content, {})
    return true
  } catch {
    return false
  }
}

const options = {
  disabled: yesNo('disabled', false, 'Do not listen to Docker.'),
  runOnStart: yesNo('run_on_start', true, 'Connect at once; no waits for interval, time, wday or day first.'),
  interval,
  attempts: integer(
    'attempts',
    undefined,
    'Give up after so many failed attempts in one outage. Without it: never.',
    {
      min: 1,
      max: 2_147_483_646,
    },
  ),
  day: integer('day', undefined, 'Day of the month of the first connection.', { min: 1, max: 31 }),
  weekday,
  time,
  hosts: repeated(
    'host',
    'Address of an engine, as in DOCKER_HOST; repeat it for several. Without it: DOCKER_HOST, else the local socket.',
    {
      accepts: 'unix:///path, tcp://host:port or ssh://user@host',
      read: ({ content }) =>
        isAddress(content)
          ? { value: content }
          : { wrong: 'must be unix:///path, tcp://host:port or ssh://user@host' },
    },
  ),
} as const

export const dockerListener = sourceType({
  type: 'docker-listener',
  section: { element: 'wodle', name: 'docker-listener' },
  blocks: 'single',
  byDefault: true,
  summary: 'Reads the events of Docker engines, and what they do not say about containers and commands.',
  options,
  examples: [
    '<wodle name="docker-listener"><interval>10s</interval><run_on_start>yes</run_on_start><disabled>no</disabled></wodle>',
    '<wodle name="docker-listener"><host>unix:///var/run/docker.sock</host><host>tcp://10.0.0.5:2376</host></wodle>',
  ],
  check: (values, { block }) => {
    const { problem, severity } = scheduleProblem(values)
    return problem === undefined
      ? []
      : [{ code: 'docker-listener-schedule', severity, message: problem, at: block.at }]
  },
  isDisabled: ({ disabled }) => disabled,
  diagnose: (values, { environment }) =>
    Promise.all(enginesOf(values, environment).map((address) => checkEngine(address))),
  create: (values, context) => create(values, context, process.env),
})

type Wodle = Values<typeof options>

function create(values: Wodle, context: SourceContext, environment: NodeJS.ProcessEnv): Source {
  const { schedule } = adjustSchedule(scheduleOf(values))
  return new DockerSource({
    name: 'docker-listener',
    engines: enginesOf(values, environment),
    retry: {
      firstMs: 500,
      longestMs: longestWaitMs(schedule),
      attempts: values.attempts,
      random: Math.random,
    },
    startsInMs: () => (values.runOnStart ? 0 : firstRunInMs(schedule, context.now())),
    context,
  })
}

function scheduleProblem(values: Wodle): {
  readonly problem: string | undefined
  readonly severity: Severity
} {
  try {
    return { problem: adjustSchedule(scheduleOf(values)).warning, severity: 'warning' }
  } catch (error) {
    return { problem: messageOf(error), severity: 'fatal' }
  }
}

function enginesOf(values: Wodle, environment: Environment): readonly EngineAddress[] {
  const hosts = values.hosts.length > 0 ? values.hosts : [undefined]
  return hosts.map((host) => engineAddress(host, environment))
}

function scheduleOf({ interval, day, weekday, time }: Wodle): Schedule {
  return { interval, day, weekday, time }
}

/** A schedule says when to begin. Once begun, an outage is not left alone for a day. */
function longestWaitMs({ interval, day, weekday, time }: Schedule): number {
  const plain = day === undefined && weekday === undefined && time === undefined
  return plain && interval.unit === 'seconds' ? interval.amount * 1000 : 60_000
}
