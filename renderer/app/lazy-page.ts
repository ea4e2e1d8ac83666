import { defineAsyncComponent, type Component } from 'vue'
import PageFailure from './PageFailure.vue'
import PageSkeleton from './PageSkeleton.vue'

type Load = () => Promise<{ default: Component }>

const loads: Load[] = []

/** A page that comes in a chunk of its own, so that the first one is there sooner. */
export function lazyPage(load: Load): Component {
  loads.push(load)
  return defineAsyncComponent({
    loader: load,
    loadingComponent: PageSkeleton,
    errorComponent: PageFailure,
    // In ms: what comes sooner shows no skeleton.
    delay: 120,
  })
}

/** Fetches the lazy pages while nothing else is to do, so that they open at once. */
export function fetchLazyPages(): void {
  requestIdleCallback(() => {
    // One that cannot be had now says so when it is opened.
    for (const load of loads) load().catch(() => undefined)
  })
}
