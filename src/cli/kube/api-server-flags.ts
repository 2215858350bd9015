/** Where the files lie on the machine of the API server. */
export const auditFolder = '/etc/kubernetes/audit'

/**
 * Flags with batch settings that lose nothing in an ordinary outage: batches of 400 without the throttle that would let the buffer run full,
 * a larger buffer, and events cut to what one request can carry (a cut event keeps its metadata and is reported).
 */
export function apiServerFlags(folder: string): readonly (readonly [name: string, value: string])[] {
  return [
    ['audit-policy-file', `${folder}/audit-policy.yaml`],
    ['audit-webhook-config-file', `${folder}/audit-webhook.yaml`],
    ['audit-webhook-mode', 'batch'],
    ['audit-webhook-batch-max-size', '400'],
    ['audit-webhook-batch-max-wait', '2s'],
    ['audit-webhook-batch-throttle-enable', 'false'],
    ['audit-webhook-batch-buffer-size', '50000'],
    ['audit-webhook-initial-backoff', '15s'],
    ['audit-webhook-truncate-enabled', 'true'],
    ['audit-webhook-truncate-max-event-size', '1048576'],
    ['audit-webhook-truncate-max-batch-size', '10485760'],
  ]
}
