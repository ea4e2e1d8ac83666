import type { LiveChartDefinition } from '../../charts/live-chart.ts'
import { seriesLook } from '../../charts/series-look.ts'
import type { RunTelemetry } from '../../stores/run-telemetry.ts'

const host = seriesLook(0)
const device = { ...seriesLook(1), dash: [5, 3] }
const throughput = seriesLook(2)
const latency = seriesLook(3)

/** The four charts of the Live page; device curves only where a device reports. */
export function liveDefinitions(telemetry: RunTelemetry, hasDevice: boolean): LiveChartDefinition[] {
  const { readings, windows } = telemetry
  return [
    {
      id: 'memory',
      title: 'Memory',
      quantity: 'bytes',
      curves: [
        ...(hasDevice ? [{ label: 'device', look: device, ring: readings, column: 'deviceBytes' }] : []),
        { label: hasDevice ? 'host' : 'host, resident', look: host, ring: readings, column: 'hostBytes' },
      ],
    },
    {
      id: 'throughput',
      title: 'Throughput',
      quantity: 'items/s',
      curves: [{ label: '', look: throughput, ring: windows, column: 'itemsPerSecond' }],
    },
    {
      id: 'utilisation',
      title: 'Utilisation',
      quantity: 'percent',
      curves: [
        ...(hasDevice ? [{ label: 'device', look: device, ring: readings, column: 'devicePercent' }] : []),
        { label: 'CPU (100 % is one core)', look: host, ring: readings, column: 'cpuPercent' },
      ],
    },
    {
      id: 'latency',
      title: 'Latency',
      quantity: 'ms',
      curves: [{ label: 'mean', look: latency, ring: windows, column: 'latencyMs' }],
    },
  ]
}
