import type { ComponentType } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { visible } from '../../src/api/visible-text.ts'
import {
  change,
  dataset,
  endsNow,
  go,
  hrefOf,
  isLive,
  mayBeLive,
  page,
  pages,
  refreshed,
} from './data/address.ts'
import type { Health } from './data/answers.ts'
import { isCommandKey, isTyping } from './data/typing.ts'
import { toggleFocused } from './data/focused-value.ts'
import { call, isAsking, me, useResource } from './data/client.ts'
import { DockerPage } from './pages/docker.tsx'
import { EntityPage } from './pages/entity.tsx'
import { EventsPage } from './pages/events.tsx'
import { HealthPage } from './pages/health.tsx'
import { KubernetesPage } from './pages/kubernetes.tsx'
import { MitrePage } from './pages/mitre.tsx'
import { OverviewPage } from './pages/overview.tsx'
import { RulesPage } from './pages/rules/rules.tsx'
import type { IconName } from './parts/icon.tsx'
import { FilterPills } from './parts/filter-pills.tsx'
import { Icon } from './parts/icon.tsx'
import { Help } from './parts/help.tsx'
import { Link } from './parts/link.tsx'
import { openPalette, Palette, type Command } from './parts/palette.tsx'
import { QueryBox } from './parts/query-box.tsx'
import { TimePicker } from './parts/time-picker.tsx'
import { ThemeSwitch } from './parts/theme.tsx'

interface Place {
  readonly name: string
  readonly icon: IconName
  readonly key: string
  /** The search and the time apply. */
  readonly asks: boolean
  readonly view: ComponentType
}

const places: Readonly<Record<(typeof pages)[number], Place>> = {
  overview: { name: 'Overview', icon: 'overview', key: 'o', asks: true, view: OverviewPage },
  docker: { name: 'Docker', icon: 'docker', key: 'd', asks: true, view: DockerPage },
  kubernetes: { name: 'Kubernetes', icon: 'kubernetes', key: 'k', asks: true, view: KubernetesPage },
  events: { name: 'Events', icon: 'events', key: 'e', asks: true, view: EventsPage },
  mitre: { name: 'ATT&CK', icon: 'mitre', key: 'm', asks: true, view: MitrePage },
  rules: { name: 'Rules', icon: 'rules', key: 'r', asks: false, view: RulesPage },
  health: { name: 'Health', icon: 'health', key: 'h', asks: false, view: HealthPage },
}

/** Reached from values; no place of its own in the rail. */
const entityPlace: Place = { name: 'About', icon: 'events', key: '', asks: true, view: EntityPage }

export function Shell() {
  const current = page.value === 'sign-in' ? 'overview' : page.value
  const place = current === 'entity' ? entityPlace : places[current]
  useKeys()
  useRefresh(current)
  useEffect(() => {
    document.title = `${place.name} · Quaywatch`
  }, [place])
  const View = place.view
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Rail current={current} />
      <div class="stage">
        <header class={`top ${place.asks ? '' : 'top-quiet'}`}>
          <h1 class={place.asks ? 'unseen' : ''}>{place.name}</h1>
          {place.asks && (
            <>
              <QueryBox />
              <DatasetSwitch />
              <TimePicker />
              <LiveButton />
            </>
          )}
        </header>
        {place.asks && <FilterPills />}
        <DemoNote />
        <main id="main" class={`page page-${current}`}>
          <View />
        </main>
      </div>
      <Help />
      <Palette commands={commands} />
    </div>
  )
}

/** How old a page may be that nobody touches. Events follow what arrives; health is looked at while something is being mended. */
const oldestMs = { usual: 60_000, health: 10_000 } as const

function useRefresh(current: string): void {
  useEffect(() => {
    if (current === 'events') return undefined
    const timer = setInterval(
      () => {
        if (endsNow.peek() && !document.hidden && !isAsking()) refreshed.value += 1
      },
      current === 'health' ? oldestMs.health : oldestMs.usual,
    )
    return () => clearInterval(timer)
  }, [current])
}

function Rail({ current }: { readonly current: string }) {
  return (
    <nav class="rail" aria-label="Pages">
      <Link href={hrefOf('overview')} class="brand" label="Quaywatch, overview">
        <img src="./icon.svg" alt="" width="26" height="26" />
        <span>Quaywatch</span>
      </Link>
      {pages.map((one) => (
        <Link key={one} href={hrefOf(one)} class="rail-item" current={one === current}>
          <Icon name={places[one].icon} />
          <span>{places[one].name}</span>
        </Link>
      ))}
      <span class="space" />
      <Account />
    </nav>
  )
}

function Account() {
  const who = me.value
  const [isBusy, setBusy] = useState(false)
  if (!who) return null
  function signOut(): void {
    setBusy(true)
    call({ path: '/session', method: 'DELETE' })
      .then(
        () => (me.value = null),
        () => undefined,
      )
      .finally(() => setBusy(false))
  }
  return (
    <div class="account">
      <button type="button" class="rail-item" popovertarget="account-popover">
        <Icon name="person" />
        <span>{who.user}</span>
      </button>
      <div id="account-popover" popover="auto" class="popover">
        <p>
          <b>{who.user}</b> <span class="muted">{who.role}</span>
        </p>
        <p class="muted">
          {visible(who.hostName, 60)} · Quaywatch {visible(who.version, 30)}
        </p>
        <ThemeSwitch />
        <button type="button" class="button" disabled={isBusy} onClick={signOut}>
          Sign out
        </button>
      </div>
    </div>
  )
}

/** Replayed events must never be taken for what happens here. */
function DemoNote() {
  const { data } = useResource<Health>({ path: '/health' })
  if (!data?.sources.some((source) => source.type === 'demo')) return null
  return (
    <p class="demo-note">
      <b>Demonstration.</b> Recorded events are being replayed; nothing of it happens on this host.
    </p>
  )
}

function DatasetSwitch() {
  return (
    <div class="segments" role="group" aria-label="What to look at">
      <button
        type="button"
        aria-pressed={dataset.value === 'alerts'}
        onClick={() => change({ ds: undefined, event: undefined })}
      >
        Alerts
      </button>
      <button
        type="button"
        aria-pressed={dataset.value === 'events'}
        onClick={() => change({ ds: 'events', event: undefined })}
      >
        All events
      </button>
    </div>
  )
}

function LiveButton() {
  if (page.value !== 'events') {
    return (
      <button type="button" class="button live" onClick={() => (refreshed.value += 1)} aria-label="Refresh">
        <Icon name="refresh" /> <span>Refresh</span>
      </button>
    )
  }
  return (
    <button
      type="button"
      class="button live"
      aria-pressed={isLive.value}
      disabled={!mayBeLive.value}
      title={
        mayBeLive.value
          ? 'New events appear by themselves (L)'
          : 'Live needs a time that ends now, newest first'
      }
      onClick={toggleLive}
    >
      <i class="live-dot" /> <span>Live</span>
    </button>
  )
}

function toggleLive(): void {
  change({ live: isLive.peek() ? 'off' : undefined }, 'replace')
}

function focusSearch(): void {
  document.getElementById('query')?.focus()
}

function showHelp(): void {
  document.querySelector<HTMLDialogElement>('#help')?.showModal()
}

const commands: readonly Command[] = [
  ...pages.map((one) => ({
    name: places[one].name,
    keys: `g ${places[one].key}`,
    run: () => go(hrefOf(one)),
  })),
  {
    name: 'Search',
    keys: '/',
    run: () => {
      if (!document.getElementById('query')) go(hrefOf('events'))
      requestAnimationFrame(focusSearch)
    },
  },
  { name: 'Keys', keys: '?', run: showHelp },
]

/** `/` search, `g` and a letter for a page, `l` live, `?` help; Ctrl or Cmd and `k`, also while typing: all of it by name. */
function useKeys(): void {
  // Before the first picture: a key that is pressed when something can be seen is heard.
  useLayoutEffect(() => {
    let isGoing = false
    const onKey = (event: KeyboardEvent) => {
      if (isCommandKey(event)) {
        openPalette()
        event.preventDefault()
      }
      if (isTyping(event)) return
      const target = isGoing ? pages.find((one) => places[one].key === event.key) : undefined
      isGoing = event.key === 'g' && !isGoing
      if (target) go(hrefOf(target))
      else if (event.key === '+' || event.key === '-') toggleFocused(event.key === '+')
      else if (event.key === '/') focusSearch()
      else if (event.key === 'l' && mayBeLive.peek()) toggleLive()
      else if (event.key === '?') showHelp()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
