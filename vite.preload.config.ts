import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** The preload runs in a sandbox without modules: one CommonJS file, no chunks, only `electron` left to require. */
export default defineConfig({
  publicDir: false,
  build: {
    target: 'chrome140',
    outDir: 'dist',
    emptyOutDir: false,
    sourcemap: false,
    minify: false,
    lib: {
      entry: fileURLToPath(new URL('./electron/preload/preload.ts', import.meta.url)),
      formats: ['cjs'],
      fileName: () => 'preload.cjs',
    },
    rollupOptions: { external: ['electron'] },
  },
})
