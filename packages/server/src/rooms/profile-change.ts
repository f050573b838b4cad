// A changed display name or avatar reaches the user's membership events in all joined rooms.
import { MatrixError } from '@myelin/protocol/errors'
import { userRooms } from '../store/user-rooms.ts'
import { append } from './append.ts'
import { type Actor, contentText, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { oneAtATime } from './member-event.ts'

/** Brings the member events of a local user up to date with the profile; rooms that refuse it are left as they are. */
export async function updateProfile(context: RoomsContext, user: Actor): Promise<void> {
  const rooms = await userRooms(context.store.read, user.userNid)
  for (const { roomNid, membership } of rooms)
    if (membership === 'join')
      await context.hotRooms.use(roomNid, (room) => {
        const work = () => updateIn(context, room, user)
        return oneAtATime(context, room, { userId: user.userId, work })
      })
}

async function updateIn(context: RoomsContext, room: HotRoom, user: Actor): Promise<void> {
  const key = ['m.room.member', user.userId] as const
  const [profile] = await Promise.all([context.hooks.profile(user.userId), room.loadState([key])])
  const current = room.state(...key)?.content
  if (room.membership(user.userNid) !== 'join' || !current) return
  const isSame = (name: 'displayname' | 'avatar_url') => contentText(current, name) === profile[name]
  if (isSame('displayname') && isSame('avatar_url')) return
  const content = {
    membership: 'join',
    ...(profile.displayname === undefined ? {} : { displayname: profile.displayname }),
    ...(profile.avatar_url === undefined ? {} : { avatar_url: profile.avatar_url }),
  }
  try {
    await append(context, room, { by: user, type: key[0], stateKey: user.userId, content })
  } catch (cause) {
    if (!(cause instanceof MatrixError && cause.errcode === 'M_FORBIDDEN')) throw cause
  }
}
