import type { Api, ApiOptions } from './api-options.ts'

/** Starts the HTTPS server of API and dashboard. Rejects when the port cannot be bound. */
export async function startApi(options: ApiOptions): Promise<Api> {
  void options
  throw new Error('the API is not built yet')
}
