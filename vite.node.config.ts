import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const entry = (name: string) => fileURLToPath(new URL(`./electron/${name}`, import.meta.url))

/** Everything that runs under Node or in Electron's main process: one bundle a entry, shared chunks between. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist',
    emptyOutDir: false,
    sourcemap: true,
    minify: false,
    rollupOptions: {
      input: {
        cli: entry('cli/main.ts'),
        server: entry('server/main.ts'),
        main: entry('main/main.ts'),
        host: entry('host/main.ts'),
        start: entry('start/main.ts'),
      },
      external: ['electron', 'onnxruntime-node'],
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
    },
  },
})
