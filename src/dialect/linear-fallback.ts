/**
 * V8 can leave its backtracking engine for a linear one when a match takes too long, but only when it was told so before expressions
 * are compiled: `--enable-experimental-regexp-engine-on-excessive-backtracks`, and sooner with
 * `--regexp-backtracks-before-fallback=5000`. Whoever set these flags says so here, before compiling patterns. Otherwise costly
 * patterns run on V8 for short subjects only and on the own, slower matcher for others.
 */
export const linearFallback = { isOn: false }
