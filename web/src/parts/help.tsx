const keys = [
  ['/', 'Search'],
  ['j  k', 'Next, previous event'],
  ['o  Enter', 'Open the event'],
  ['x', 'Leave out the rule of the event'],
  ['+  -', 'Only, or without, the value that has the focus'],
  ['Esc', 'Close the event'],
  ['l', 'Live on or off'],
  ['g then o d k e m r h', 'Overview, Docker, Kubernetes, Events, ATT&CK, Rules, Health'],
  ['← →, Shift, Enter', 'On the chart: move, choose a span, zoom in'],
  ['Backspace', 'On the chart: back to the time before'],
  ['Ctrl K  ⌘ K', 'Go to a page, by its name'],
  ['?', 'This list'],
] as const

export function Help() {
  return (
    <dialog id="help" class="dialog" aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </dialog>
  )
}
