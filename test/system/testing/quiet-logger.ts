// matrix-js-sdk without its words: to the logger it is given, and to its global one.
import { logger, type Logger } from 'matrix-js-sdk/lib/logger.js'

const nothing = () => undefined

export const quiet: Logger = {
  ...{ trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing },
  getChild: () => quiet,
}
if ('setLevel' in logger && typeof logger.setLevel === 'function') logger.setLevel('silent')
