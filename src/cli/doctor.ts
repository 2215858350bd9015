import { createServer } from 'node:net'
import { parseArgs } from 'node:util'

import type { HealthCheck } from '../api/api-options.ts'
import { configurationFile, homeFolder } from '../home.ts'
import { printable } from '../telemetry/printable.ts'
import type { Command } from './command.ts'
import { readConfigurationFile } from './configuration-file.ts'
import { runningManager } from './running-manager.ts'
import { diskCheck } from '../manager-health.ts'

const marks = { ok: '✔', warning: '!', error: '✖' } as const
