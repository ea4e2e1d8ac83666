const storageKey = 'batchscope-launch-token'

/** The parts of a window that the token comes from and is kept in. */
export interface TokenPlaces {
  location: Pick<Location, 'href'>
  history: Pick<History, 'replaceState' | 'state'>
  sessionStorage: Pick<Storage, 'getItem' | 'setItem'>
}

/**
 * The launch's token: from the address on the first load (`?token=` or `#token=`), afterwards from this tab's storage.
 * It is removed from the address bar, so that it does not end up in a bookmark or a screenshot.
 */
export function takeLaunchToken(places: TokenPlaces): string | undefined {
  const address = new URL(places.location.href)
  const fragment = new URLSearchParams(address.hash.slice(1))
  const token = address.searchParams.get('token') ?? fragment.get('token')
  if (token === null) return places.sessionStorage.getItem(storageKey) ?? undefined
  places.sessionStorage.setItem(storageKey, token)
  address.searchParams.delete('token')
  fragment.delete('token')
  address.hash = fragment.toString()
  places.history.replaceState(places.history.state, '', address)
  return token
}
