import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/shell.css'
import '../styles/events.css'
import '../styles/pages.css'
import '../styles/forced.css'
import { render } from 'preact'
import type { Me } from './data/client.ts'
import { call, me } from './data/client.ts'
import { page } from './data/address.ts'
import { applyTheme } from './parts/theme.tsx'
import { SignInPage } from './pages/sign-in.tsx'
import { Shell } from './shell.tsx'

applyTheme()

function App() {
  if (page.value === 'sign-in' && !me.value) return <SignInPage />
  if (me.value === null) return <SignInPage />
  return me.value ? <Shell /> : <p class="muted pad">Loading…</p>
}

const root = document.getElementById('app')
if (root) render(<App />, root)

call<{ me?: Me }>({ path: '/session' }).then(
  // A sign-in link may have been quicker.
  (answer) => (me.value ??= answer.me ?? null),
  () => (me.value ??= null),
)
