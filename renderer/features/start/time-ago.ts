const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })

/** How long ago an ISO 8601 time was, as people say it; a date once it is over a month. Empty when it is no time. */
export function timeAgo(iso: string, now: Date): string {
  const then = new Date(iso)
  const minutes = Math.round((then.getTime() - now.getTime()) / 60_000)
  if (Number.isNaN(minutes)) return ''
  if (minutes > -1) return 'just now'
  if (minutes > -60) return relative.format(minutes, 'minute')
  if (minutes > -24 * 60) return relative.format(Math.round(minutes / 60), 'hour')
  if (minutes > -30 * 24 * 60) return relative.format(Math.round(minutes / (24 * 60)), 'day')
  return day.format(then)
}
