import ssri from 'ssri'
import { BatchscopeError } from '../../contract/failure.ts'
import type { RuntimePackage, RuntimeRecipe } from '../../engine/ports.ts'
import type { NpmRegistry, Packument } from './npm-registry.ts'

/** A package of a runtime, and everything that is needed to fetch and check it. */
export interface ResolvedPackage {
  name: string
  version: string
  as: RuntimePackage['as']
  /** Where its archive lies. */
  address: string
  /** Subresource integrity of its archive. */
  integrity: string
}

const binding = 'onnxruntime-node'
/** What onnxruntime-node cannot be loaded without. Its other dependencies serve its installer alone. */
const needed = 'onnxruntime-common'

/**
 * Asks the registry for every package of a recipe, and completes the recipe with the onnxruntime-common that its
 * onnxruntime-node asks for.
 */
export async function resolvePackages(
  { packages }: RuntimeRecipe,
  registry: NpmRegistry,
  signal: AbortSignal,
): Promise<ResolvedPackage[]> {
  const resolved = await Promise.all(packages.map((each) => resolvePackage(each, registry, signal)))
  const asked = resolved.find(({ name }) => name === binding)?.dependencies[needed]
  if (asked !== undefined && packages.every(({ name }) => name !== needed)) {
    const packument = await registry.describe(needed, signal)
    const version = versionFor(asked, packument) ?? asked
    const common = { name: needed, version, as: 'package' as const }
    resolved.push(checked(common, packument, registry))
  }
  return resolved.map(({ dependencies: _, ...each }) => each)
}

type Described = ResolvedPackage & { dependencies: Record<string, string> }

async function resolvePackage(
  wanted: RuntimePackage,
  registry: NpmRegistry,
  signal: AbortSignal,
): Promise<Described> {
  return checked(wanted, await registry.describe(wanted.name, signal), registry)
}

function checked(wanted: RuntimePackage, packument: Packument, registry: NpmRegistry): Described {
  const { name, version } = wanted
  const found = packument.versions[version]
  const at = `the npm registry ${registry.address(name)}`
  if (found === undefined) {
    const newest = packument['dist-tags']['latest'] ?? Object.keys(packument.versions).at(-1)
    throw new BatchscopeError({
      code: 'not-found',
      message: `${capital(at)} has no ${name} ${version}.`,
      ...(newest === undefined ? {} : { hint: `Its newest is ${newest}.` }),
      owner: 'user',
    })
  }
  const { tarball: address, integrity: stated, shasum } = found.dist
  const offered = stated ?? (shasum === undefined ? undefined : ssri.fromHex(shasum, 'sha1').toString())
  const integrity = wanted.integrity ?? offered
  if (integrity === undefined) {
    throw refused(`${capital(at)} gives no checksum for ${name} ${version}, so it cannot be trusted.`)
  }
  if (stated !== undefined && isOther(integrity, stated)) {
    throw refused(`${capital(at)} offers another archive as ${name} ${version} than the one that is known.`)
  }
  return { name, version, as: wanted.as, address, integrity, dependencies: found.dependencies ?? {} }
}

/** True when both tell of the same kind of checksum, and differ. */
function isOther(known: string, stated: string): boolean {
  const statedHashes = ssri.parse(stated)
  const algorithm = ssri.parse(known).pickAlgorithm()
  return algorithm in statedHashes && ssri.parse(known).match(statedHashes) === false
}

/** The version that answers to what a package asks for: an exact one, or one like `~1.14.0`. */
function versionFor(asked: string, { versions }: Packument): string | undefined {
  const exact = asked.replace(/^[~^=v\s]+/, '')
  if (exact in versions) return exact
  const [major, minor] = exact.split('.')
  const patchOf = (version: string) => Number(version.split('.')[2])
  return Object.keys(versions)
    .filter((version) => version.startsWith(`${major}.${minor}.`) && !version.includes('-'))
    .sort((a, b) => patchOf(a) - patchOf(b))
    .at(-1)
}

function refused(message: string): BatchscopeError {
  return new BatchscopeError({
    code: 'network',
    message,
    hint: 'Use another registry: npm config set registry ADDRESS.',
    owner: 'system',
  })
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
