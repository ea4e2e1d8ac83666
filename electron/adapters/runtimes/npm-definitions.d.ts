/** npm's own table of its settings; its package brings types for the rest only. */
declare module '@npmcli/config/lib/definitions/index.js' {
  import type Config from '@npmcli/config'

  const settings: {
    definitions: Config.DefinitionsObject
    shorthands: Config.ShortFlags
    flatten: NonNullable<Config.Options['flatten']>
    nerfDarts: string[]
  }
  export = settings
}
