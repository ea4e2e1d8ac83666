import { shell } from 'electron'

/** Sites that the page's hints lead to. Everything else stays closed, whatever a model or a project file contains. */
const knownHosts = new Set([
  'onnxruntime.ai',
  'onnx.ai',
  'github.com',
  'developer.nvidia.com',
  'docs.nvidia.com',
  'learn.microsoft.com',
])

/** True for https addresses of sites that Batchscope itself refers to. */
export function isKnownLink(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, port } = new URL(url)
  return protocol === 'https:' && username === '' && port === '' && knownHosts.has(hostname)
}

/** Opens a known link in the user's browser; does nothing for others. */
export function openKnownLink(url: string): void {
  if (isKnownLink(url)) void shell.openExternal(url)
}
