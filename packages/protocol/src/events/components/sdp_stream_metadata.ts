// The streams of a call by id. https://spec.matrix.org/v1.19/client-server-api/#streams
import { Type } from 'typebox'
import { mapOf } from '../../map-of.ts'
import { openEnum } from '../../open-enum.ts'

/** What each stream is for and whether it is muted. */
export const SdpStreamMetadata = mapOf(
  Type.Object({
    purpose: openEnum('m.usermedia', 'm.screenshare'),
    audio_muted: Type.Optional(Type.Boolean()),
    video_muted: Type.Optional(Type.Boolean()),
  }),
)
