import { useEffect, useState } from 'preact/hooks'
import type { Me } from '../data/client.ts'
import { call, me, Problem } from '../data/client.ts'
import { go, hrefOf } from '../data/address.ts'
import { Command, Failed } from '../parts/notice.tsx'

// Read once, and taken out of the address at once: it must not stay in the history.
const secret = location.hash.slice(1)
if (secret !== '') history.replaceState(undefined, '', location.pathname + location.search)

function signedIn(who: Me): void {
  me.value = who
  if (location.pathname.endsWith('/sign-in')) go(hrefOf('overview'), 'replace')
}

function problemOf(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, {})
}

export function SignInPage() {
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [isBusy, setBusy] = useState(secret !== '')
  const [user, setUser] = useState('admin')
  const [password, setPassword] = useState('')

  function send(path: string, body: unknown): void {
    setBusy(true)
    setProblem(undefined)
    call<Me>({ path, body })
      .then(signedIn, (error: unknown) => setProblem(problemOf(error)))
      .finally(() => setBusy(false))
  }
  useEffect(() => {
    if (secret !== '') send('/session/link', { secret })
  }, [])

  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <img src="./icon.svg" alt="" width="44" height="44" />
        <h1>Quaywatch</h1>
        {isBusy && secret !== '' && !problem ? (
          <p class="muted">Signing in…</p>
        ) : (
          <>
            {problem && <Failed problem={problem} />}
            <form
              onSubmit={(event) => {
                event.preventDefault()
                send('/session', { user, password })
              }}
            >
              <label>
                Name
                <input
                  autocomplete="username"
                  value={user}
                  onInput={(event) => setUser(event.currentTarget.value)}
                  required
                />
              </label>
              <label>
                Password
                <input
                  type="password"
                  autocomplete="current-password"
                  value={password}
                  onInput={(event) => setPassword(event.currentTarget.value)}
                  required
                />
              </label>
              <button type="submit" class="button primary" disabled={isBusy}>
                Sign in
              </button>
            </form>
            <div class="muted sign-in-help">
              <p>First time here, or no password? The manager prints a sign-in link when it starts:</p>
              <Command>npm start</Command>
            </div>
          </>
        )}
      </div>
    </main>
  )
}
