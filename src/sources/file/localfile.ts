import path from 'node:path'

import type { Values } from '../../config/option.ts'
import { fromByteString, toByteString, type ByteString } from '../../event/byte-string.ts'
import { fileTelemetry } from '../../telemetry/file.ts'
import type { Source } from '../source.ts'
import { sourceType, type SourceContext } from '../source-type.ts'
import { HeldBytes, singleLines, type Assembler } from './assembler.ts'
import { isPodLog } from './container-info.ts'
import { CommandSource } from './command-source.ts'
import { ContainerLines, parseCri, parseJsonFile } from './container-lines.ts'
import { FileSource } from './file-source.ts'
import { JoinedContainerLines } from './joined-container-lines.ts'
import { labelMembers } from './labels.ts'
import { checkLocalfile } from './localfile-check.ts'
import { localfileOptions } from './localfile-options.ts'
import { fileLocation } from './location.ts'
import { AuditLines, CountedLines, RegexLines } from './multi-line.ts'
import { outFormat } from './out-format.ts'
import { sourceName, type Rendering } from './renderer.ts'

type LocalfileValues = Values<typeof localfileOptions>

/** Lines of all files of a block that wait for the rest of their event. */
const mostHeldBytes = 32 * 1024 * 1024

export const localfile = sourceType({
  type: sourceName,
  section: { element: 'localfile' },
  blocks: 'each',
  byDefault: false,
  summary: 'Follows log files: of this host, of an API server, of containers; reads what commands print.',
  options: localfileOptions,
  examples: [
    '<localfile><log_format>syslog</log_format><location>/var/log/auth.log</location></localfile>',
    '<localfile><log_format>json</log_format><location>/var/lib/docker/containers/*/*-json.log</location></localfile>',
    '<localfile><log_format>json</log_format><location>/var/log/kubernetes/audit/audit.log</location></localfile>',
  ],
  check: (options, { block }) => checkLocalfile(options, block),
  isDisabled: ({ format, command }) =>
    format?.kind === 'unsupported' || (format?.kind === 'command' && command === undefined),
  create: (options, context) =>
    options.format?.kind === 'command'
      ? readCommand(options, options.format.isFull, context)
      : readFiles(options, context),
})

/** Throws when a block without location or format reaches it. */
function readFiles(options: LocalfileValues, context: SourceContext): Source {
  const { location, excludes, futureOnly, oldest, multilineRegex } = options
  if (location === undefined || options.format === undefined)
    throw new Error('a <localfile> needs a <location> and a <log_format>')
  const absolute = (file: ByteString): ByteString =>
    file.startsWith('/') ? file : path.posix.join(toByteString(context.home), file)
  const isOldestUsed =
    (oldest ?? 0) > (options.format.kind === 'multi-line-regex' ? (multilineRegex?.timeoutSeconds ?? 0) : 0)
  return new FileSource({
    name: `${sourceName}:${fromByteString(location)}`,
    now: context.now,
    telemetry: fileTelemetry(context.telemetry),
    shown: fromByteString(location),
    location: fileLocation(absolute(location), excludes.map(absolute)),
    fromBeginning: !futureOnly.isOn,
    longestBacklogBytes: futureOnly.longestBacklogBytes,
    oldestMs: oldest !== undefined && isOldestUsed ? oldest * 1000 : undefined,
    ignoresBinaries: options.ignoresBinaries,
    linesPerSecond: options.linesPerSecond,
    rendering: renderingOf(options, context),
    assembler: assemblerOf(options),
  })
}

/** Throws when a block without command reaches it. */
function readCommand(options: LocalfileValues, isFull: boolean, context: SourceContext): Source {
  const { command, alias, frequency } = options
  if (command === undefined) throw new Error('a <localfile> for a command needs a <command>')
  const { isWanted, outFormat: format } = renderingOf(options, context)
  return new CommandSource({
    name: `${sourceName}:${fromByteString(alias ?? command)}`,
    command,
    alias: alias ?? command,
    isFull,
    everyMs: frequency * 1000,
    isWanted,
    outFormat: format,
    now: context.now,
    telemetry: fileTelemetry(context.telemetry),
  })
}

function renderingOf(
  { format, labels, ignores, restricts, outFormat: template }: LocalfileValues,
  { hostName }: SourceContext,
): Rendering {
  const used = labels.filter(({ key }) => !key.startsWith('_'))
  return {
    isJson: format?.kind === 'json',
    labels: used.length > 0 ? labelMembers(used) : undefined,
    isWanted: (text) =>
      !ignores.some((pattern) => pattern.test(text)) && restricts.every((pattern) => pattern.test(text)),
    outFormat: template === undefined ? undefined : outFormat(template, hostName),
  }
}

function assemblerOf({ format, multilineRegex, unwrap }: LocalfileValues): (file: ByteString) => Assembler {
  const held = new HeldBytes(mostHeldBytes)
  switch (format?.kind) {
    case 'multi-line':
      return joinedInContainers(() => new CountedLines(format.count, held), unwrap, held)
    case 'audit':
      return () => new AuditLines(held)
    case 'multi-line-regex': {
      if (!multilineRegex) throw new Error('log_format multi-line-regex needs a <multiline_regex>')
      const { pattern, match, joint, timeoutSeconds } = multilineRegex
      const matches = (text: ByteString): boolean => pattern.test(text)
      const rule = { matches, match, joint, timeoutMs: timeoutSeconds * 1000 }
      return joinedInContainers(() => new RegexLines(rule, held), unwrap, held)
    }
    case 'json':
      return (file) =>
        unwrap ? new ContainerLines(isPodLog(file) ? parseEither : parseJsonFile, held) : singleLines
    default:
      return (file) => (unwrap && isPodLog(file) ? new ContainerLines(parseCri, held) : singleLines)
  }
}

/** In container logs it is the lines of the container that are joined. */
function joinedInContainers(
  makeJoiner: () => Assembler,
  unwrap: boolean,
  held: HeldBytes,
): (file: ByteString) => Assembler {
  return (file) => {
    const isPod = isPodLog(file)
    if (!unwrap || !(isPod || file.endsWith('-json.log'))) return makeJoiner()
    return new JoinedContainerLines(new ContainerLines(isPod ? parseEither : parseJsonFile, held), makeJoiner)
  }
}

/** Kubernetes on Docker links its log files to those of Docker. */
function parseEither(line: ByteString): ReturnType<typeof parseCri> {
  return parseJsonFile(line) ?? parseCri(line)
}
