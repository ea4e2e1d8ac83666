import { onScopeDispose, ref } from 'vue'
import type { Failure } from '../../electron/contract/failure.ts'
import { useOpening } from '../stores/opening.ts'

/** Files may be dropped anywhere on the window; what becomes of them depends on the page. */
export function useWindowDrop() {
  const opening = useOpening()
  const isOver = ref(false)
  /** `dragenter` and `dragleave` come for every element that is crossed. */
  let depth = 0

  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true

  function onDragenter(event: DragEvent): void {
    if (!carriesFiles(event)) return
    event.preventDefault()
    depth += 1
    isOver.value = true
  }
  function onDragover(event: DragEvent): void {
    if (!carriesFiles(event) || event.dataTransfer === null) return
    event.preventDefault()
    event.dataTransfer.dropEffect = 'copy'
  }
  function onDragleave(event: DragEvent): void {
    if (!carriesFiles(event)) return
    depth = Math.max(0, depth - 1)
    isOver.value = depth > 0
  }
  function onDrop(event: DragEvent): void {
    if (!carriesFiles(event) || event.dataTransfer === null) return
    event.preventDefault()
    depth = 0
    isOver.value = false
    const folder = [...event.dataTransfer.items]
      .map((item) => item.webkitGetAsEntry())
      .find((entry) => entry?.isDirectory === true)
    if (folder) opening.refuse(folderDropped(folder.name))
    else void opening.dropFiles([...event.dataTransfer.files])
  }

  const listeners = { dragenter: onDragenter, dragover: onDragover, dragleave: onDragleave, drop: onDrop }
  for (const [name, listener] of Object.entries(listeners)) {
    window.addEventListener(name as keyof typeof listeners, listener)
  }
  onScopeDispose(() => {
    for (const [name, listener] of Object.entries(listeners)) {
      window.removeEventListener(name as keyof typeof listeners, listener)
    }
  })
  return { isOver }
}

const folderDropped = (name: string): Failure => ({
  code: 'not-a-model',
  message: `"${name}" is a folder, not a model or a project.`,
  hint: 'Drop the .onnx or .batchscope file itself, with its external data files if it has any.',
  owner: 'user',
})
