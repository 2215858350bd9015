import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readHeader } from './header.ts'

interface Case {
  readonly clause: string
  readonly text: string
  readonly timestamp?: string
  readonly hostname?: string
  readonly program?: string
  readonly log: string
}

const cases: readonly Case[] = [
  {
    clause: '5.3 H1',
    text: 'Mar  3 04:05:06 web nginx[7]: up',
    timestamp: 'Mar  3 04:05:06',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.3 H1: nothing is validated',
    text: 'abc 12 ab:cd:ef web nginx: up',
    timestamp: 'abc 12 ab:cd:ef',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  { clause: '5.3 H1: 16 bytes are too few', text: 'Mar  3 04:05:06 ', log: 'Mar  3 04:05:06 ' },
  {
    clause: '5.3 H2',
    text: '2024-02-03 04:05:06,789 web nginx: up',
    timestamp: '2024-02-03 04:05:06,789',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.3 H3a',
    text: '2024-02-03T04:05:06+01:00 web nginx: up',
    timestamp: '2024-02-03T04:05:06+01:00',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.3 H3b',
    text: '2024-02-03T04:05:06.789+01:00 web nginx: up',
    timestamp: '2024-02-03T04:05:06.789+01:00',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.3 H3c',
    text: '2024-02-03T04:05:06.789012-07:00 web nginx: up',
    timestamp: '2024-02-03T04:05:06.789012-07:00',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.3 H3d: CRI lines are mangled',
    text: '2024-02-03T04:05:06.000000000Z stdout F hello',
    timestamp: '2024-02-03T04:05:06.000000000Z ',
    hostname: 'tdout',
    log: 'F hello',
  },
  {
    clause: '5.3: UTC without a fraction is no header',
    text: '2024-02-03T04:05:06Z web nginx: all is up',
    log: '2024-02-03T04:05:06Z web nginx: all is up',
  },
  {
    clause: '5.3 H4',
    text: '2024 Feb 13 04:05:06 web nginx: up',
    timestamp: '2024 Feb 13 04:05:06',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.3 H5',
    text: '2024-02-03 04:05:06.789012-0700 web nginx: up',
    timestamp: '2024-02-03 04:05:06.789012-0700',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.3 umlaut',
    text: 'M\xc3\xa4r 02 17:30:59 web nginx: up',
    timestamp: 'M\xc3\xa4r 02 17:30:5',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.4 (1): program without host',
    text: 'Mar  3 04:05:06 nginx: up',
    timestamp: 'Mar  3 04:05:06',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.4 (2): neither',
    text: 'Mar  3 04:05:06 fe80::1 nginx: up',
    timestamp: 'Mar  3 04:05:06',
    log: 'fe80::1 nginx: up',
  },
  {
    clause: '5.4 (3): JSON behind a host',
    text: 'Mar  3 04:05:06 web {"a":1}',
    timestamp: 'Mar  3 04:05:06',
    hostname: 'web',
    log: '{"a":1}',
  },
  {
    clause: '5.4 (3): process id without colon',
    text: 'Mar  3 04:05:06 web nginx[7] up',
    timestamp: 'Mar  3 04:05:06',
    hostname: 'web',
    program: 'nginx',
    log: 'up',
  },
  {
    clause: '5.4 (3): no number in the brackets',
    text: 'Mar  3 04:05:06 web nginx[x]: up',
    timestamp: 'Mar  3 04:05:06',
    hostname: 'web',
    log: 'nginx[x]: up',
  },
  {
    clause: '5.4 (3): AIX',
    text: 'Mar  3 04:05:06 web auth|security:info su: up',
    timestamp: 'Mar  3 04:05:06',
    hostname: 'web',
    program: 'su',
    log: 'up',
  },
  {
    clause: '5.4 (4): Solaris',
    text: 'Mar  3 04:05:06 web su: [ID 366847 auth.notice] up',
    timestamp: 'Mar  3 04:05:06',
    hostname: 'web',
    program: 'su',
    log: 'up',
  },
  {
    clause: '5.5 P1',
    text: 'Mon Apr 15 08:09:10 2024 1 10.0.0.1 5 /x',
    timestamp: 'Mon Apr 15 08:09:10 2024',
    log: '1 10.0.0.1 5 /x',
  },
  {
    clause: '5.5 P2',
    text: '04/15-08:09:10.123456  [**] x',
    timestamp: '04/15-08:09:10.123456',
    log: '[**] x',
  },
  {
    clause: '5.5 P3',
    text: '04/15/2024-08:09:10.123456  [**] x',
    timestamp: '04/15/2024-08:09:10.123456',
    log: '[**] x',
  },
  {
    clause: '5.5 P4',
    text: '[Mon Apr 15 08:09:10 2024] [warn] x',
    timestamp: 'Mon Apr 15 08:09:10 2024',
    log: '[warn] x',
  },
  {
    clause: '5.5 P5',
    text: '[Time 2024.04.15 08:09:10 UTC] [Sender login] [Message hello you] [Host mac]',
    hostname: 'mac',
    program: 'login',
    log: 'hello you',
  },
  {
    clause: '5.5 P6',
    text: '1713168550.123   4567 10.0.0.1 TCP_MISS/200 1 GET',
    timestamp: '1713168550.123  ',
    log: '4567 10.0.0.1 TCP_MISS/200 1 GET',
  },
  {
    clause: '5.2: none',
    text: '<13>Mar  3 04:05:06 web nginx: up',
    log: '<13>Mar  3 04:05:06 web nginx: up',
  },
]

describe('readHeader()', () => {
  for (const { clause, text, timestamp, hostname, program, log } of cases) {
    it(`decoders.md ${clause}: ${JSON.stringify(text)}`, () =>
      assert.deepEqual(readHeader(text), { log, timestamp, hostname, programName: program }))
  }
})

const examples = [
  ['Feb 14 19:04:54 myhost app[12x]: foo', 'Feb 14 19:04:54', 'myhost', undefined, 'app[12x]: foo'],
  ['Feb 14 19:04:54 app: foo', 'Feb 14 19:04:54', undefined, 'app', 'foo'],
  ['Feb 14 19:04:54 myhost {"a":1}', 'Feb 14 19:04:54', 'myhost', undefined, '{"a":1}'],
  ['Feb 14 19:04:54  myhost   app: x', 'Feb 14 19:04:54', 'myhost', undefined, '  app: x'],
  ['Feb 14 19:04:54 my host: with colon', 'Feb 14 19:04:54', 'my', 'host', 'with colon'],
  ['<13>Feb 14 19:04:54 myhost app: x', undefined, undefined, undefined, '<13>Feb 14 19:04:54 myhost app: x'],
  [
    '2023-01-01T00:00:00+02:00 host app[1]: msg here ok ok',
    '2023-01-01T00:00:00+02:00',
    'host',
    'app',
    'msg here ok ok',
  ],
  [
    '2021-04-21 10:16:09.404756-0700  localhost sshd[12]: hi',
    '2021-04-21 10:16:09.404756-0700',
    'localhost',
    'sshd',
    'hi',
  ],
  [
    '1140804070.368  11623 192.168.1.1 TCP_MISS/200 1 GET',
    '1140804070.368 ',
    undefined,
    undefined,
    '11623 192.168.1.1 TCP_MISS/200 1 GET',
  ],
  ['2024-01-01 10:00:00 host app: x', undefined, undefined, undefined, '2024-01-01 10:00:00 host app: x'],
] as const

describe('readHeader() on the worked examples', () => {
  for (const [text, timestamp, hostname, program, log] of examples) {
    it(`decoders.md 7.16, 5.2: ${text}`, () =>
      assert.deepEqual(readHeader(text), { log, timestamp, hostname, programName: program }))
  }
})
