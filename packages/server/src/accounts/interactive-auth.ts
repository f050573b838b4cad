// User-interactive authentication: a call succeeds only after the stages of one of its flows have been completed.
// https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
import { hash } from 'node:crypto'
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import { MatrixError } from '@myelin/protocol/errors'
import { randomString, type Environment } from '../environment.ts'
import { interactiveSessionLifetimeMs, interactiveSessionsMax } from '../limits.ts'

/** The `auth` of a request: which stage, in which session, and what the stage asks for. */
export interface AuthDict {
  readonly type?: string
  readonly session?: string
}

/** A flow: the types of its stages, in the order in which they must be completed. */
export type Flow = readonly string[]

/** The flows of calls that ask logged-in users to prove who they are. */
export const passwordFlows: readonly Flow[] = [['m.login.password']]

export interface InteractiveCall {
  /** The endpoint and what it is applied to: a session cannot be used for another one. */
  readonly operation: string
  /** Who calls, with an access token. */
  readonly userId: string | undefined
  readonly flows: readonly Flow[]
  readonly auth: AuthDict | undefined
  /** Parameters that must stay the same throughout the session; undefined where they may change. */
  readonly parameters?: unknown
}

/** What the stages found out. */
export interface Proof {
  /** Whose password was given. */
  readonly userId?: string | undefined
  readonly registrationToken?: string | undefined
}

/** A call that may go ahead. Call `end` when it has succeeded: the session cannot be used again. */
export interface Authorized extends Proof {
  end(): void
}

/** Checks one stage. Returns what it proved; throws a `MatrixError` when the attempt fails. */
export type Stage = (auth: Readonly<Record<string, unknown>>, call: InteractiveCall) => Proof | Promise<Proof>

export interface InteractiveAuth {
  /** Lets the call through or throws the response of status 401 that tells the client what to do next. */
  authorize(call: InteractiveCall): Promise<Authorized>
}

interface Session {
  readonly id: string
  readonly boundTo: string
  readonly expiresMs: number
  readonly completed: string[]
  proof: Proof
}

/** "The homeserver returns an HTTP 401 response": flows and session, and an error only if a stage has failed. */
class AuthenticationNeeded extends MatrixError {
  readonly #failed: boolean

  constructor(fields: Readonly<Record<string, unknown>>, failure?: MatrixError) {
    const message = failure?.message ?? 'This needs user-interactive authentication'
    super(failure?.errcode ?? 'M_UNAUTHORIZED', message, { status: 401, fields, ...(failure && { cause: failure }) })
    this.#failed = failure !== undefined
  }

  override toJSON(): Record<string, unknown> {
    return this.#failed ? super.toJSON() : { ...this.fields }
  }
}

export function createInteractiveAuth(
  environment: Environment,
  stages: Readonly<Record<string, Stage>>,
): InteractiveAuth {
  const sessions = createSessions(environment)
  return {
    authorize: async (call) => {
      const session = sessions.find(call) ?? sessions.begin(call)
      if (call.auth?.type !== undefined) await attempt(stages, session, call)
      if (!isComplete(session, call)) throw needed(session, call)
      return { ...session.proof, end: () => sessions.end(session) }
    },
  }
}

async function attempt(
  stages: Readonly<Record<string, Stage>>,
  session: Session,
  call: InteractiveCall,
): Promise<void> {
  const type = call.auth?.type ?? ''
  if (session.completed.includes(type)) return
  const stage = isNext(type, session, call) && Object.hasOwn(stages, type) ? stages[type] : undefined
  if (!stage) throw needed(session, call, new MatrixError('M_UNRECOGNIZED', `${type} is not the next stage of a flow`))
  try {
    const proof = await stage({ ...call.auth }, call)
    session.proof = { ...session.proof, ...proof }
    session.completed.push(type)
  } catch (error) {
    if (error instanceof MatrixError && error.status !== 429) throw needed(session, call, error)
    throw error
  }
}

const begins = (flow: Flow, completed: readonly string[]) => completed.every((type, i) => flow[i] === type)

const isNext = (type: string, { completed }: Session, { flows }: InteractiveCall) =>
  flows.some((flow) => begins(flow, completed) && flow[completed.length] === type)

const isComplete = ({ completed }: Session, { flows }: InteractiveCall) =>
  completed.length > 0 && flows.some((flow) => flow.length === completed.length && begins(flow, completed))

function needed({ id, completed }: Session, { flows }: InteractiveCall, failure?: MatrixError): MatrixError {
  const fields = { flows: flows.map((stages) => ({ stages })), params: {}, session: id }
  return new AuthenticationNeeded(completed.length > 0 ? { ...fields, completed } : fields, failure)
}

interface Sessions {
  /** The session the call names, or undefined when it is over or never was. Throws when it belongs to another call. */
  find(call: InteractiveCall): Session | undefined
  begin(call: InteractiveCall): Session
  end(session: Session): void
}

function createSessions(environment: Environment): Sessions {
  const sessions = new Map<string, Session>()
  return {
    find: (call) => {
      const session = sessions.get(call.auth?.session ?? '')
      if (!session || session.expiresMs <= environment.now()) return undefined
      if (session.boundTo !== binding(call))
        throw new MatrixError('M_FORBIDDEN', 'The request has changed since its authentication began')
      return session
    },
    begin: (call) => {
      const session: Session = {
        id: randomString(environment, 24),
        boundTo: binding(call),
        expiresMs: environment.now() + interactiveSessionLifetimeMs,
        completed: [],
        proof: {},
      }
      if (sessions.size >= interactiveSessionsMax)
        for (const oldest of sessions.keys()) if (sessions.delete(oldest)) break
      sessions.set(session.id, session)
      return session
    },
    end: ({ id }) => void sessions.delete(id),
  }
}

/** A hash of everything that must not change, so that no password is kept. */
const binding = ({ operation, userId = '', parameters = null }: InteractiveCall) =>
  hash('sha256', canonicalJson([operation, userId, parameters], 'lenient'))
