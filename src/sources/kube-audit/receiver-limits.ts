export const defaultLimits = {
  /** An API server that posts single events opens some 260 connections. */
  connectionsPerAddress: 1_024,
  connections: 8_192,
  /** Requests of one client. */
  requestsPerSecond: 5_000,
  requestBurst: 10_000,
  clients: 1_024,
  /** Of bodies that are parsed at a time: parsed events take many times as much, so the others wait as they came. */
  parsedBytes: 3 * 1024 ** 2,
  /** While no more is on its way, nobody is told to come later. */
  unhurriedBytes: 512 * 1024,
  /**
   * When what is on its way will take so long, or stands in line and the oldest came so long ago, further bodies are refused: an API server waits 30 s, and sends
   * again what is refused.
   */
  patienceMs: 1_500,
  /** A body that is not durable after so long is refused, and what comes after it at once: the disk is full, or slow. It may be stored all the same. */
  storeMs: 10_000,
  /** An API server gives up after 30 s; before that it hears 503. */
  bodyMs: 25_000,
  firstRequestMs: 15_000,
  handshakeMs: 10_000,
  /** Longer than clients keep idle connections (Go: 90 s), so that they close first and no request meets a closed door. */
  idleMs: 120_000,
  rereadMs: 2_000,
  renewMs: 12 * 3_600_000,
}

/** Tests have less patience. */
export type ReceiverLimits = Readonly<typeof defaultLimits>
