import { Activity, Box, ChartLine, FileText, FlaskConical, House, MonitorCog, Scale } from '@lucide/vue'
import type { Component } from 'vue'
import ComparePage from '../features/compare/ComparePage.vue'
import EnvironmentPage from '../features/environment/EnvironmentPage.vue'
import ExperimentPage from '../features/experiment/ExperimentPage.vue'
import ModelPage from '../features/model/ModelPage.vue'
import ReportPage from '../features/report/ReportPage.vue'
import StartPage from '../features/start/StartPage.vue'
import type { Page } from '../stores/navigation.ts'
import { lazyPage } from './lazy-page.ts'

export interface PageEntry {
  page: Page
  title: string
  icon: Component
  /** Of its shortcut. */
  digit: string
  component: Component
}

/** The pages in the order of the work; the chart library comes with the first page that draws. */
export const pageList: readonly PageEntry[] = [
  { page: 'start', title: 'Start', icon: House, digit: '1', component: StartPage },
  { page: 'model', title: 'Model', icon: Box, digit: '2', component: ModelPage },
  { page: 'experiment', title: 'Experiment', icon: FlaskConical, digit: '3', component: ExperimentPage },
  {
    page: 'live',
    title: 'Live',
    icon: Activity,
    digit: '4',
    component: lazyPage(() => import('../features/live/LivePage.vue')),
  },
  {
    page: 'results',
    title: 'Results',
    icon: ChartLine,
    digit: '5',
    component: lazyPage(() => import('../features/results/ResultsPage.vue')),
  },
  { page: 'report', title: 'Report', icon: FileText, digit: '6', component: ReportPage },
  { page: 'compare', title: 'Compare', icon: Scale, digit: '7', component: ComparePage },
  { page: 'environment', title: 'Environment', icon: MonitorCog, digit: '8', component: EnvironmentPage },
]
