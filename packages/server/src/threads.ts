// Threads as what they are to both sides: code, options it is started with, and messages. The same code can run in a
// worker of its own or, in the simulator, in the thread that starts it.
import { isMainThread, parentPort, receiveMessageOnPort, Worker, workerData } from 'node:worker_threads'
import { threadYoungGenerationMb } from './limits.ts'

/** A thread as whoever started it sees it. */
export interface Thread<ToThread, FromThread> {
  say(message: ToThread): void
  /** Takes the place of the listener before it. */
  hear(listener: (message: FromThread) => void): void
  /** Called when the thread is no more: with an error it failed with, or that says that it ended. */
  onEnd(listener: (cause: unknown) => void): void
  /** Ends it in the middle of whatever it does. */
  end(): void
}

/** The other side, as the thread's code sees it. */
export interface ThreadPort<ToThread, FromThread> {
  say(message: FromThread): void
  /** Called for every message that is not taken. */
  hear(listener: (message: ToThread) => void): void
  /** The next message, if one has come already. */
  take(): ToThread | undefined
  /** Nothing more is heard; the thread ends when it has nothing else to do. */
  close(): void
}

export interface ThreadCode<Options, ToThread, FromThread> {
  /** The module that runs it in a worker, by `runThread`. */
  readonly url: URL
  readonly run: (port: ThreadPort<ToThread, FromThread>, options: Options) => void
}

/** Starts the code in a worker. */
export function startWorker<Options, ToThread, FromThread>(
  { url }: ThreadCode<Options, ToThread, FromThread>,
  options: Options,
): Thread<ToThread, FromThread> {
  const worker = new Worker(url, {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: threadYoungGenerationMb },
  })
  let heard: (message: FromThread) => void = () => undefined
  worker.on('message', (message: FromThread) => heard(message))
  return {
    say: (message) => worker.postMessage(message, []),
    hear: (listener) => void (heard = listener),
    onEnd: (listener) => {
      worker.on('error', listener)
      worker.on('exit', () => listener(new Error('The thread has ended')))
    },
    end: () => void worker.terminate(),
  }
}

/** Runs the code in the worker that was started for it. */
export function runThread<Options, ToThread, FromThread>(run: ThreadCode<Options, ToThread, FromThread>['run']): void {
  if (isMainThread || parentPort === null) return
  const port = parentPort
  run(
    {
      say: (message) => port.postMessage(message, []),
      hear: (listener) => void port.on('message', listener),
      take: () => receiveMessageOnPort(port)?.message as ToThread | undefined,
      close: () => port.close(),
    },
    workerData as Options,
  )
}
