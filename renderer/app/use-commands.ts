import {
  CirclePlay,
  Command as CommandIcon,
  FileDown,
  FilePlus2,
  FolderOpen,
  PanelLeft,
  PanelRight,
  Save,
  SkipForward,
  Square,
  SunMoon,
} from '@lucide/vue'
import { computed, onScopeDispose, type ComputedRef } from 'vue'
import type { ReportFormat } from '../../electron/contract/workbench-api.ts'
import type { Command } from '../features/command-palette/command.ts'
import { useConnection } from '../stores/connection.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { useDraft } from '../stores/draft.ts'
import { useModels } from '../stores/models.ts'
import { useNavigation } from '../stores/navigation.ts'
import { useNotifications } from '../stores/notifications.ts'
import { useOpening } from '../stores/opening.ts'
import { useProjects } from '../stores/projects.ts'
import { useRun } from '../stores/run.ts'
import { useUi } from '../stores/ui.ts'
import { pageList } from './page-list.ts'
import { isShortcut } from './shortcut.ts'

/** Every command of the workbench, wired to the keyboard and to the desktop's menu for as long as the scope lives. */
export function useCommands(): ComputedRef<readonly Command[]> {
  const connection = useConnection()
  const dialogs = useDialogs()
  const draft = useDraft()
  const models = useModels()
  const navigation = useNavigation()
  const notifications = useNotifications()
  const opening = useOpening()
  const projects = useProjects()
  const run = useRun()
  const ui = useUi()

  const always = () => true
  const hasSelection = () => projects.selected !== undefined
  const report = (work: () => Promise<unknown>) => () => {
    work().catch(notifications.fail)
  }

  async function saveProjectAs(): Promise<void> {
    const project = projects.selected?.project
    if (project === undefined) return
    const saved = await projects.saveAs(project)
    if (saved !== null) notifications.done(`Saved as ${saved}.`)
  }

  async function exportReport(format: ReportFormat): Promise<void> {
    const selected = projects.selected
    const reference = navigation.selected
    if (selected === undefined || reference === null) return
    const name = `${selected.project.name} ${selected.experiment.name}`
    const where = await projects.saveReport(reference, format, name)
    if (where !== null) notifications.done(`Saved ${where}.`)
  }

  async function skipCurrent(): Promise<void> {
    const trialId = run.progress?.current?.trialId
    if (trialId !== undefined) await run.skip(trialId)
  }

  /** Browsers keep Ctrl with a digit for their own tabs. */
  const pageKeys = computed(() => (connection.capabilities?.entry === 'desktop' ? 'Ctrl' : 'Ctrl+Alt'))
  const pageCommands = computed(() =>
    pageList.map(({ page, title, icon, digit }): Command => ({
      id: `go-${page}`,
      text: title,
      group: 'Go to',
      icon,
      shortcut: `${pageKeys.value}+${digit}`,
      keywords: 'page open show',
      isEnabled: always,
      run: () => navigation.go(page),
    })),
  )

  const otherCommands: readonly Command[] = [
    {
      id: 'open-model',
      text: 'Open model…',
      group: 'File',
      icon: FilePlus2,
      shortcut: 'Ctrl+O',
      keywords: 'onnx file import',
      isEnabled: always,
      run: () => void dialogs.openModel(),
    },
    {
      id: 'open-project',
      text: 'Open project…',
      group: 'File',
      icon: FolderOpen,
      shortcut: 'Ctrl+Shift+O',
      keywords: 'batchscope file',
      isEnabled: always,
      run: () => void dialogs.openProject(),
    },
    {
      id: 'save-project-as',
      get text() {
        return connection.capabilities?.dialogs === true ? 'Save project as…' : 'Download project'
      },
      group: 'File',
      icon: Save,
      shortcut: 'Ctrl+Shift+S',
      keywords: 'copy',
      isEnabled: hasSelection,
      run: report(saveProjectAs),
    },
    {
      id: 'export-pdf',
      text: 'Export report as PDF',
      group: 'File',
      icon: FileDown,
      shortcut: 'Ctrl+E',
      keywords: 'save print',
      isEnabled: hasSelection,
      run: report(() => exportReport('pdf')),
    },
    {
      id: 'export-csv',
      text: 'Export trials as CSV',
      group: 'File',
      icon: FileDown,
      shortcut: 'Ctrl+Shift+E',
      keywords: 'save spreadsheet table',
      isEnabled: hasSelection,
      run: report(() => exportReport('csv')),
    },
    {
      id: 'run',
      text: 'Run experiment',
      group: 'Experiment',
      icon: CirclePlay,
      shortcut: 'Ctrl+Enter',
      keywords: 'start measure profile',
      isEnabled: () => models.current !== null && draft.canRun,
      run: () => {
        if (navigation.page !== 'experiment') navigation.go('experiment')
        void draft.startFromPage()
      },
    },
    {
      id: 'skip',
      text: 'Skip this trial',
      group: 'Experiment',
      icon: SkipForward,
      shortcut: 'Ctrl+J',
      keywords: 'pass next',
      isEnabled: () => run.isRunning && run.progress?.current !== undefined,
      run: report(skipCurrent),
    },
    {
      id: 'stop',
      text: 'Stop the run',
      group: 'Experiment',
      icon: Square,
      shortcut: 'Ctrl+.',
      keywords: 'cancel end abort',
      isEnabled: () => run.isRunning,
      run: report(() => run.stop()),
    },
    {
      id: 'toggle-theme',
      text: 'Switch between dark and light',
      group: 'View',
      icon: SunMoon,
      shortcut: 'Ctrl+Shift+L',
      keywords: 'theme colour',
      isEnabled: always,
      run: () => ui.toggleTheme(),
    },
    {
      id: 'toggle-tree',
      text: 'Show or hide the project tree',
      group: 'View',
      icon: PanelLeft,
      shortcut: 'Ctrl+B',
      keywords: 'sidebar panel',
      isEnabled: always,
      run: () => {
        ui.isTreeOpen = !ui.isTreeOpen
      },
    },
    {
      id: 'toggle-inspector',
      text: 'Show or hide the inspector',
      group: 'View',
      icon: PanelRight,
      shortcut: 'Ctrl+I',
      keywords: 'trial details panel',
      isEnabled: always,
      run: () => {
        ui.isInspectorOpen = !ui.isInspectorOpen
      },
    },
    {
      id: 'palette',
      text: 'All commands',
      group: 'View',
      icon: CommandIcon,
      shortcut: 'Ctrl+K',
      keywords: 'palette find search',
      isEnabled: always,
      run: () => {
        ui.isPaletteOpen = !ui.isPaletteOpen
      },
    },
  ]

  const commands = computed(() => [...pageCommands.value, ...otherCommands])

  function onKeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.repeat) return
    const command = commands.value.find(
      (one) => one.shortcut !== undefined && isShortcut(event, one.shortcut),
    )
    if (command === undefined) return
    event.preventDefault()
    if (ui.isPaletteOpen && command.id !== 'palette') ui.isPaletteOpen = false
    if (command.isEnabled()) command.run()
  }

  window.addEventListener('keydown', onKeydown)
  const unsubscribe = connection.client.subscribe('intent', (intent) => {
    if (intent.kind === 'open-path') {
      void opening.openPath(intent.path)
      return
    }
    const command = commands.value.find(({ id }) => id === intent.command)
    if (command?.isEnabled() === true) command.run()
  })
  onScopeDispose(() => {
    window.removeEventListener('keydown', onKeydown)
    unsubscribe()
  })
  return commands
}
