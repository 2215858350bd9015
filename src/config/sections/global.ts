import { integer, type Option, repeated, seconds, size, text, yesNo, type Values } from '../option.ts'

/** 0 switches it off; anything else must lie between the two. */
function within(
  unlimited: Option<number>,
  { min, max, shown }: { readonly min: number; readonly max: number; readonly shown: string },
): Option<number> {
  return {
    ...unlimited,
    accepts: `${unlimited.accepts} (${shown})`,
    read: (element, before) => {
      const found = unlimited.read(element, before)
      const isWrong = 'value' in found && found.value !== 0 && (found.value < min || found.value > max)
      return isWrong ? { wrong: `must be ${shown}` } : found
    },
  }
}

/** `<global>`: spec/configuration.md §4.1. */
export const globalOptions = {
  logall: yesNo('logall', false, 'Write every event as text to logs/archives/archives.log.'),
  logallJson: yesNo('logall_json', false, 'Write every event to logs/archives/archives.json.'),
  jsonoutOutput: yesNo('jsonout_output', true, 'Write alerts to logs/alerts/alerts.json.'),
  alertsLog: yesNo('alerts_log', false, 'Write alerts as text blocks to logs/alerts/alerts.log.'),
  memorySize: integer('memory_size', 8192, 'Alerted events kept for correlation, at least.', {
    min: 1,
    max: 10_000_000,
  }),
  rotateInterval: within(
    seconds('rotate_interval', 0, 'Start a new output file this often within a day, counted from midnight.'),
    { min: 600, max: 86_400, shown: '0, or 10m to 1d' },
  ),
  maxOutputSize: within(
    size('max_output_size', 0, 'Start a new output file when the current one has this size.'),
    { min: 1_000_000, max: 2 ** 40, shown: '0, or 1000000 to 1024g' },
  ),
  whiteList: repeated('white_list', 'Address never targeted by a response.', {
    accepts: 'an address, a network or a host name',
    read: ({ content }) => (content === '' ? { wrong: 'must not be empty' } : { value: content }),
  }),
  emailNotification: yesNo('email_notification', false, 'Send alerts by e-mail (not supported yet).'),
  agentsDisconnectionTime: seconds(
    'agents_disconnection_time',
    900,
    'Silence after which an agent counts as disconnected (not supported yet).',
  ),
  geoipDatabase: text(
    'geoipdb',
    undefined,
    'MaxMind database (.mmdb) for srcgeoip and dstgeoip in rules, relative to the home directory.',
  ),
  updateCheck: text(
    'update_check',
    undefined,
    'Accepted and ignored: this program contacts nobody by itself.',
  ),
}
export type GlobalSection = Values<typeof globalOptions>

/** `<alerts>`: spec/configuration.md §4.2. */
export const alertsOptions = {
  logAlertLevel: integer('log_alert_level', 3, 'Lowest rule level that is written as an alert.', {
    min: 0,
    max: 16,
  }),
  emailAlertLevel: integer('email_alert_level', 12, 'Lowest rule level that carries the mail flag.', {
    min: 0,
    max: 16,
  }),
  useGeoip: yesNo('use_geoip', false, 'Accepted and ignored: places are known when there is a database.'),
}
export type AlertsSection = Values<typeof alertsOptions>
