import {
  Chart,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js'
import annotation from 'chartjs-plugin-annotation'
import zoom from 'chartjs-plugin-zoom'

let registered = false

/** Registers the parts of Chart.js that this workbench draws with, once. */
export function registerCharts(): void {
  if (registered) return
  registered = true
  Chart.register(
    LineController,
    LineElement,
    PointElement,
    LinearScale,
    LogarithmicScale,
    Filler,
    Legend,
    Tooltip,
  )
  Chart.register(annotation, zoom)
}
