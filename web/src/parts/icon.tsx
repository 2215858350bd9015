const shapes = {
  overview: 'M3 12a9 9 0 1 1 18 0M12 12l4-4M5 17h14',
  docker: 'M3 8l9-5 9 5v8l-9 5-9-5zM3 8l9 5 9-5M12 13v8',
  kubernetes: 'M12 3l7.5 4v9L12 21l-7.5-5V7zM12 8v8M8.5 10l7 4M15.5 10l-7 4',
  events: 'M4 6h16M4 12h16M4 18h10',
  mitre: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z',
  rules: 'M5 4h11l3 3v13H5zM9 9h6M9 13h6M9 17h3',
  health: 'M3 12h4l3-7 4 14 3-7h4',
  search: 'M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14M16 16l5 5',
  play: 'M7 5l12 7-12 7z',
  pause: 'M8 5v14M16 5v14',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  up: 'M12 19V5M6 11l6-6 6 6',
  'up-small': 'M5 15l7-7 7 7',
  columns: 'M4 5h16v14H4zM10 5v14M15 5v14',
  group: 'M4 5h16M8 10h12M8 14h12M4 19h16',
  star: 'M12 4l2.5 5.2 5.5.8-4 4 1 5.6-5-2.7-5 2.7 1-5.6-4-4 5.5-.8z',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 20a2 2 0 0 0 4 0M4 4l16 16',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  down: 'M5 9l7 7 7-7',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  clock: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M12 7v5l3 3',
  refresh: 'M20 11a8 8 0 1 0-2 6M20 4v7h-7',
  person: 'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8M4 21c0-4 4-6 8-6s8 2 8 6',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  menu: 'M4 7h16M4 12h16M4 17h16',
  check: 'M5 12l5 5 9-10',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.5',
  filter: 'M4 5h16l-6 8v6l-4-2v-4z',
} as const

export type IconName = keyof typeof shapes

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  )
}
