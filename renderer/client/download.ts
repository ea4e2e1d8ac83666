/** Has the browser save a blob among its downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.click()
  // The browser has taken the blob by the time this runs; without it the bytes stay for the life of the page.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
