import { isIP } from 'node:net'

import { integer, option, repeated, size, type Read, type Values } from '../option.ts'

export const port = (element: string, fallback: number, summary: string) =>
  integer(element, fallback, `${summary} 0 takes any free port.`, { min: 0, max: 65_535 })

export const bind = (fallback: string) =>
  option('bind', fallback, 'Address to listen on.', {
    accepts: 'an IP address',
    read: ({ content }): Read<string> =>
      isIP(content) === 0 ? { wrong: 'must be an IP address' } : { value: content },
  })

const basePath = option('base_path', '/', 'Path below which a proxy shows the dashboard.', {
  accepts: 'a path such as /quaywatch/',
  read: ({ content }): Read<string> =>
    /^\/$|^(\/[\w~-][\w.~-]*){1,8}\/?$/.test(content)
      ? { value: content }
      : { wrong: 'must be a path such as /quaywatch/ of letters, digits, . _ ~ and -' },
})

function isNetwork(content: string): boolean {
  const [address = '', bits, ...more] = content.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  const isWhole = bits === undefined && most > 0
  return more.length === 0 && (isWhole || (/^\d{1,3}$/.test(bits ?? '') && Number(bits) <= most))
}

const trustedProxies = repeated(
  'trusted_proxy',
  'A proxy whose X-Forwarded-For says who asks: for limits per address and in records of what people changed.',
  {
    accepts: 'an IP address or a network such as 10.0.0.0/24',
    read: ({ content }): Read<string> =>
      isNetwork(content)
        ? { value: content }
        : { wrong: 'must be an IP address or a network such as 10.0.0.0/24' },
  },
)

/** `<dashboard>`: the API and the web page. */
export const dashboardOptions = {
  port: port('port', 8443, 'Port of the dashboard and its API (HTTPS).'),
  bind: bind('127.0.0.1'),
  basePath,
  trustedProxies,
}
export type DashboardSection = Values<typeof dashboardOptions>

const days = (element: string, fallbackDays: number, summary: string) =>
  option(element, fallbackDays, summary, {
    accepts: 'days or weeks such as 7d or 4w',
    shownFallback: `${fallbackDays}d`,
    read: ({ content }): Read<number> => {
      const [, digits, unit] = /^(\d{1,4})([dw])$/.exec(content) ?? []
      if (!digits || Number(digits) === 0) return { wrong: 'must be days or weeks such as 7d or 4w' }
      return { value: Number(digits) * (unit === 'w' ? 7 : 1) }
    },
  })

/** `<store>`: how long and how much is kept. */
export const storeOptions = {
  retentionAlertsDays: days('retention_alerts', 90, 'How long alerts are kept.'),
  retentionEventsDays: days('retention_events', 7, 'How long events without an alert are kept.'),
  maxSizeBytes: size('max_size', 20 * 1024 ** 3, 'Oldest periods are dropped beyond this size.'),
}
export type StoreSection = Values<typeof storeOptions>
