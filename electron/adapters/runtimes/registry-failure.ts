import { BatchscopeError } from '../../contract/failure.ts'
import { systemCode } from '../file-failure.ts'

const networkHint = 'Check the network, and the proxy that npm is set to (npm config get https-proxy).'

const certificateCodes = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Status of the answer that npm-registry-fetch threw for, for example 404. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}

/** What fetching `what` from a registry threw, as a sentence. */
export function registryFailure(error: unknown, what: string, registry: string): BatchscopeError {
  if (error instanceof BatchscopeError) return error
  const detail = wordsOf(error)
  const status = statusOf(error)
  const at = `The npm registry ${withoutCredentials(registry)}`
  if (status === 401 || status === 403) {
    return new BatchscopeError({
      code: 'forbidden',
      message: `${at} refuses to give ${what} without a login that may have it (${status}).`,
      detail,
      hint: `Log in with "npm login --registry ${withoutCredentials(registry)}", or set a token for it in your .npmrc.`,
      owner: 'user',
    })
  }
  if (status === 404 || status === 410) {
    return new BatchscopeError({
      code: 'not-found',
      message: `${at} has no ${what}.`,
      detail,
      hint: 'Check the registry that npm is set to (npm config get registry).',
      owner: 'user',
    })
  }
  if (status !== undefined) {
    return networkFailure(`${at} answered ${status} when asked for ${what}.`, detail, 'Try again later.')
  }
  const code = systemCode(error) ?? ''
  if (certificateCodes.has(code)) {
    return networkFailure(
      `${at} shows a certificate that is not trusted here (${code}).`,
      detail,
      'Name its authority to npm: npm config set cafile FILE.',
    )
  }
  return networkFailure(`${at} could not be reached for ${what}: ${reasonIn(detail)}.`, detail, networkHint)
}

export function networkFailure(message: string, detail: string, hint: string): BatchscopeError {
  return new BatchscopeError({ code: 'network', message, detail, hint, owner: 'system' })
}

/** What was thrown, without the passwords in addresses. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  return words.replace(/:\/\/[^/@\s]*@/g, '://')
}

/** `connect ECONNREFUSED 127.0.0.1:80` of `request to ADDRESS failed, reason: connect ECONNREFUSED 127.0.0.1:80`. */
export function reasonIn(words: string): string {
  return words.replace(/^request to .* failed, reason: /, '').replace(/\.$/, '')
}

/** An address as it may be shown. */
export function withoutCredentials(address: string): string {
  try {
    const url = new URL(address)
    url.username = ''
    url.password = ''
    return url.href
  } catch {
    return address
  }
}
