import { BatchscopeError } from '../../contract/failure.ts'
import type { Environment } from '../../contract/environment.ts'
import { hostRuntimeOf } from '../runtimes/host-runtime.ts'
import { computingDevice, judgeEnvironment, usability } from './check-environment.ts'
import { CheckList, checksOf } from './check-list.ts'
import type { VerificationPlan } from './plan.ts'
import type { VerificationReport } from './report.ts'
import type { VerificationListener, VerificationScene, VerificationTools } from './scene.ts'
import { TimeShares } from './time-shares.ts'
import { notShownBy, verdictOf } from './verdict.ts'
import { VerificationSteps, type VerificationFindings } from './verification-steps.ts'

interface VerifyOptions {
  readonly plan: VerificationPlan
  readonly generator: string
  readonly signal: AbortSignal
  readonly listener: VerificationListener
  /** Opens the project that keeps the experiments; gives its id. Without one they are kept in memory only. */
  openProject?(): Promise<string | undefined>
  /** Hears the report as it stands after every check, so that nothing done is lost. */
  onReport(report: VerificationReport): Promise<void>
}

/**
 * Proves on this machine what the documentation claims, within the plan's time budget. Where the provider cannot be used
 * everything is skipped, with the reason. Never rejects for what a check finds; rejects with `bad-input` for a device that
 * is not there.
 */
export async function verify(tools: VerificationTools, options: VerifyOptions): Promise<VerificationReport> {
  const { plan, signal, listener, generator, onReport } = options
  const { clock } = tools.ports
  const shares = new TimeShares(clock, plan.timeBudgetMs, plan.shares)
  const started = clock.wallTime()
  listener.begins('Looking at this machine.')
  const environment = await tools.commands.environment({})
  checkDevice(environment, plan)
  const found = usability(environment, plan.provider)
  const device = found.usable ? computingDevice(environment, plan) : 'none'
  const findings: VerificationFindings = { sweeps: [], torch: [] }

  const reportOf = (
    checks: VerificationReport['checks'],
    verdict: Pick<VerificationReport, 'verdict' | 'headline'>,
  ) =>
    ({
      ...{ format: 'batchscope-verification', formatVersion: 1, generator, started },
      ...{ durationMs: shares.elapsedMs, timeBudgetMs: plan.timeBudgetMs },
      ...verdict,
      ...{ provider: plan.provider, device, environment, checks },
      ...{ sweeps: [...findings.sweeps], torch: [...findings.torch] },
      notShown: found.usable
        ? notShownBy({ provider: plan.provider, checks })
        : ['Nothing was verified on this machine.'],
    }) satisfies VerificationReport

  const list = new CheckList(checksOf(plan), {
    ...{ clock, signal },
    ended: (check) => listener.ended(check),
  })
  if (!found.usable) {
    const checks = list.all(`${plan.provider} cannot be used here.`)
    const headline = `Skipped: ${plan.provider} cannot be used here. ${found.reason}`
    const report = reportOf(
      checks.map((check) => ({ ...check, because: 'not-here' as const })),
      { verdict: 'skipped', headline },
    )
    await onReport(report)
    return report
  }

  const { runtime } = found
  const scene: VerificationScene = {
    ...tools,
    session: {
      executionProvider: plan.provider,
      ...(plan.device !== undefined && { device: plan.device }),
      runtime: hostRuntimeOf(environment.runtimes ?? [], runtime),
    },
    ...{ signal, listener, projectId: await options.openProject?.() },
  }
  const current = (reason: string, interrupted: boolean) => {
    const checks = list.all(reason)
    const onCpu = plan.provider === 'cpu'
    return reportOf(checks, verdictOf(checks, { device, onCpu, interrupted }))
  }
  await list.check('environment', () => judgeEnvironment(environment, { ...plan, runtime }))
  const steps = new VerificationSteps({ plan, scene, list, shares, findings })
  for (const step of steps.all()) {
    await step()
    await onReport(current('Not run yet.', true))
  }
  const report = current('Interrupted before it began.', signal.aborted)
  await onReport(report)
  return report
}

/** Refuses a device that the driver does not list. */
function checkDevice({ devices }: Environment, { device }: VerificationPlan): void {
  if (device === undefined || devices.length === 0 || devices.some(({ index }) => index === device)) return
  const known = devices.map(({ index, name }) => `${index} (${name})`).join(', ')
  throw new BatchscopeError({
    code: 'bad-input',
    message: `There is no device ${device}.`,
    hint: `The devices here are ${known}.`,
    owner: 'user',
  })
}
