import { integer, repeated, seconds, size, text, yesNo, type Values } from '../option.ts'

/** `<global>`: spec/configuration.md §4.1. */
export const globalOptions = {
  logall: yesNo('logall', false, 'Write every event to logs/archives/archives.log (not supported yet).'),
  logallJson: yesNo('logall_json', false, 'Write every event to logs/archives/archives.json.'),
  jsonoutOutput: yesNo('jsonout_output', true, 'Write alerts to logs/alerts/alerts.json.'),
  alertsLog: yesNo(
    'alerts_log',
    false,
    'Write alerts as text blocks to logs/alerts/alerts.log (not supported yet).',
  ),
  memorySize: integer('memory_size', 8192, 'Alerted events kept for correlation, at least.', {
    min: 1,
    max: 10_000_000,
  }),
  rotateInterval: seconds(
    'rotate_interval',
    0,
    'Start a new output file this often within a day (not supported yet).',
  ),
  maxOutputSize: size('max_output_size', 0, 'Start a new output file at this size (not supported yet).'),
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
  useGeoip: yesNo('use_geoip', false, 'Accepted and ignored.'),
}
export type AlertsSection = Values<typeof alertsOptions>
