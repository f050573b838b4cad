// Where the code of a thread is: beside the code that starts it, as source or, in the bundled server, as built.
import { extname } from 'node:path'

/** URL of the thread's module `name`, given the `import.meta.url` of whoever starts it. */
export const threadUrl = (name: string, startedBy: string): URL =>
  new URL(`./${name}${extname(new URL(startedBy).pathname)}`, startedBy)
