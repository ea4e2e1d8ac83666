import { FileBraces, FileSpreadsheet, FileText, FileType2, Hash } from '@lucide/vue'
import type { Component } from 'vue'
import type { ReportFormat } from '../../../electron/contract/workbench-api.ts'

export interface ReportChoice {
  format: ReportFormat
  title: string
  about: string
  icon: Component
  shortcut?: string
}

/** What can be exported, in the order of how often it is wanted. */
export const reportChoices: readonly ReportChoice[] = [
  {
    format: 'pdf',
    title: 'PDF report',
    about: 'The answer, vector charts, the table and how it was measured, to hand on.',
    icon: FileText,
    shortcut: 'Ctrl+E',
  },
  {
    format: 'csv',
    title: 'Trials as CSV',
    about: 'One row a trial, for a spreadsheet.',
    icon: FileSpreadsheet,
    shortcut: 'Ctrl+Shift+E',
  },
  {
    format: 'samples-csv',
    title: 'Samples as CSV',
    about: 'One row a timed call: everything that was measured.',
    icon: Hash,
  },
  {
    format: 'json',
    title: 'JSON document',
    about: 'The same document as the command line’s --json.',
    icon: FileBraces,
  },
  {
    format: 'markdown',
    title: 'Markdown',
    about: 'What is shown here, for a wiki, an issue or a pull request.',
    icon: FileType2,
  },
]
