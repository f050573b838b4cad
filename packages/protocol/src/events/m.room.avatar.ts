// m.room.avatar, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomavatar
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MxcUri } from '../identifiers.ts'
import { AvatarInfo } from './components/image_info.ts'
import { event } from './event.ts'

/** The picture of the room; without `url` it has none. */
export const RoomAvatarContent = Type.Object({
  info: Type.Optional(AvatarInfo),
  url: Type.Optional(Type.Union([MxcUri, Type.Literal('')])),
})
export type RoomAvatarContent = Static<typeof RoomAvatarContent>

/** m.room.avatar. */
export const roomAvatar = event({ type: 'm.room.avatar', kind: 'state', stateKey: 'empty', content: RoomAvatarContent })
