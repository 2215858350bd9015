import type { Page, Route } from 'playwright-core'
import { eventually } from './manager-process.ts'

/** What the page has asked for and is not answered yet. */
export interface Held {
  /** Resolves when so many have been asked. */
  asked(howMany: number): Promise<void>
  /** Answers one of them, counted from 0; without a number all, and those that come later. */
  letGo(which?: number): Promise<void>
}

/** Holds what the page asks for at addresses that match, until it is let go. */
export async function hold(page: Page, pattern: RegExp): Promise<Held> {
  const routes: Route[] = []
  const keep = (route: Route) => void routes.push(route)
  await page.route(pattern, keep)
  // Whoever asked may have gone meanwhile.
  const answer = async (route: Route | undefined) => route?.continue().catch(() => undefined)
  return {
    asked: async (howMany) => {
      await eventually(`question ${howMany}`, () => routes.length >= howMany || undefined, 30_000)
    },
    letGo: async (which) => {
      if (which !== undefined) return answer(routes[which])
      await page.unroute(pattern, keep)
      await Promise.all(routes.map(answer))
    },
  }
}
