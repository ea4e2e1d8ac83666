import { onScopeDispose, ref, type Ref } from 'vue'

/** Whether a media query holds, followed for as long as the scope lives. */
export function useMediaQuery(query: string): Readonly<Ref<boolean>> {
  const list = window.matchMedia(query)
  const holds = ref(list.matches)
  const update = () => {
    holds.value = list.matches
  }
  list.addEventListener('change', update)
  onScopeDispose(() => list.removeEventListener('change', update))
  return holds
}
