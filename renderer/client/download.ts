/** Has the browser save a blob among its downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  press(url, name)
  // The browser has taken the blob by the time this runs; without it the bytes stay for the life of the page.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** Has the browser save what an address of our own server gives, under the name that the server says. */
export function downloadAddress(url: string): void {
  press(url, '')
}

function press(url: string, name: string): void {
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.click()
}
