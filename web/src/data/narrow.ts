import { signal } from '@preact/signals'

const telephone = matchMedia('(max-width: 700px)')

/** As narrow as the styles mean by a telephone. */
export const isNarrow = signal(telephone.matches)
telephone.addEventListener('change', () => (isNarrow.value = telephone.matches))
