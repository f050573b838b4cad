// Every event type by the name of its file: what checking, conformance and the reference are made from.
import { deviceListUpdate } from './edu/m.device_list_update.ts'
import { directToDevice } from './edu/m.direct_to_device.ts'
import { presenceEdu } from './edu/m.presence.ts'
import { receiptEdu } from './edu/m.receipt.ts'
import { signingKeyUpdate } from './edu/m.signing_key_update.ts'
import { typingEdu } from './edu/m.typing.ts'
import { acceptedTerms } from './m.accepted_terms.ts'
import { callAnswer } from './m.call.answer.ts'
import { callCandidates } from './m.call.candidates.ts'
import { callHangup } from './m.call.hangup.ts'
import { callInvite } from './m.call.invite.ts'
import { callNegotiate } from './m.call.negotiate.ts'
import { callReject } from './m.call.reject.ts'
import { callSdpStreamMetadataChanged } from './m.call.sdp_stream_metadata_changed.ts'
import { callSelectAnswer } from './m.call.select_answer.ts'
import { direct } from './m.direct.ts'
import { dummy } from './m.dummy.ts'
import { forwardedRoomKey } from './m.forwarded_room_key.ts'
import { fullyRead } from './m.fully_read.ts'
import { identityServer } from './m.identity_server.ts'
import { ignoredUserList } from './m.ignored_user_list.ts'
import { imagePackRooms } from './m.image_pack.rooms.ts'
import { invitePermissionConfig } from './m.invite_permission_config.ts'
import { keyVerificationAccept } from './m.key.verification.accept.ts'
import { keyVerificationCancel } from './m.key.verification.cancel.ts'
import { keyVerificationDone } from './m.key.verification.done.ts'
import { keyVerificationKey } from './m.key.verification.key.ts'
import { keyVerificationMac } from './m.key.verification.mac.ts'
import { keyVerificationReady } from './m.key.verification.ready.ts'
import { keyVerificationRequest } from './m.key.verification.request.ts'
import { keyVerificationStartReciprocateV1 } from './m.key.verification.start$m.reciprocate.v1.ts'
import { keyVerificationStartSasV1 } from './m.key.verification.start$m.sas.v1.ts'
import { keyVerificationStart } from './m.key.verification.start.ts'
import { keyBackup } from './m.key_backup.ts'
import { markedUnread } from './m.marked_unread.ts'
import { policyRuleRoom } from './m.policy.rule.room.ts'
import { policyRuleServer } from './m.policy.rule.server.ts'
import { policyRuleUser } from './m.policy.rule.user.ts'
import { presence } from './m.presence.ts'
import { pushRules } from './m.push_rules.ts'
import { reaction } from './m.reaction.ts'
import { receipt } from './m.receipt.ts'
import { recentEmoji } from './m.recent_emoji.ts'
import { roomAvatar } from './m.room.avatar.ts'
import { roomCanonicalAlias } from './m.room.canonical_alias.ts'
import { roomCreate } from './m.room.create.ts'
import { roomEncrypted } from './m.room.encrypted.ts'
import { roomEncryption } from './m.room.encryption.ts'
import { roomGuestAccess } from './m.room.guest_access.ts'
import { roomHistoryVisibility } from './m.room.history_visibility.ts'
import { roomImagePack } from './m.room.image_pack.ts'
import { roomJoinRules } from './m.room.join_rules.ts'
import { roomMember } from './m.room.member.ts'
import { roomMessageAudio } from './m.room.message$m.audio.ts'
import { roomMessageEmote } from './m.room.message$m.emote.ts'
import { roomMessageFile } from './m.room.message$m.file.ts'
import { roomMessageImage } from './m.room.message$m.image.ts'
import { roomMessageKeyVerificationRequest } from './m.room.message$m.key.verification.request.ts'
import { roomMessageLocation } from './m.room.message$m.location.ts'
import { roomMessageNotice } from './m.room.message$m.notice.ts'
import { roomMessageServerNotice } from './m.room.message$m.server_notice.ts'
import { roomMessageText } from './m.room.message$m.text.ts'
import { roomMessageVideo } from './m.room.message$m.video.ts'
import { roomMessage } from './m.room.message.ts'
import { roomName } from './m.room.name.ts'
import { roomPinnedEvents } from './m.room.pinned_events.ts'
import { roomPolicy } from './m.room.policy.ts'
import { roomPowerLevels } from './m.room.power_levels.ts'
import { roomRedaction } from './m.room.redaction.ts'
import { roomServerAcl } from './m.room.server_acl.ts'
import { roomThirdPartyInvite } from './m.room.third_party_invite.ts'
import { roomTombstone } from './m.room.tombstone.ts'
import { roomTopic } from './m.room.topic.ts'
import { roomKey } from './m.room_key.ts'
import { roomKeyWithheld } from './m.room_key.withheld.ts'
import { roomKeyBundle } from './m.room_key_bundle.ts'
import { roomKeyRequest } from './m.room_key_request.ts'
import { secretRequest } from './m.secret.request.ts'
import { secretSend } from './m.secret.send.ts'
import { spaceChild } from './m.space.child.ts'
import { spaceParent } from './m.space.parent.ts'
import { sticker } from './m.sticker.ts'
import { tag } from './m.tag.ts'
import { typing } from './m.typing.ts'

/** Events of clients by the name of the specification's schema file; variants of a type follow a `$`. */
export const eventDefinitions = {
  'm.accepted_terms': acceptedTerms,
  'm.call.answer': callAnswer,
  'm.call.candidates': callCandidates,
  'm.call.hangup': callHangup,
  'm.call.invite': callInvite,
  'm.call.negotiate': callNegotiate,
  'm.call.reject': callReject,
  'm.call.sdp_stream_metadata_changed': callSdpStreamMetadataChanged,
  'm.call.select_answer': callSelectAnswer,
  'm.direct': direct,
  'm.dummy': dummy,
  'm.forwarded_room_key': forwardedRoomKey,
  'm.fully_read': fullyRead,
  'm.identity_server': identityServer,
  'm.ignored_user_list': ignoredUserList,
  'm.image_pack.rooms': imagePackRooms,
  'm.invite_permission_config': invitePermissionConfig,
  'm.key.verification.accept': keyVerificationAccept,
  'm.key.verification.cancel': keyVerificationCancel,
  'm.key.verification.done': keyVerificationDone,
  'm.key.verification.key': keyVerificationKey,
  'm.key.verification.mac': keyVerificationMac,
  'm.key.verification.ready': keyVerificationReady,
  'm.key.verification.request': keyVerificationRequest,
  'm.key.verification.start$m.reciprocate.v1': keyVerificationStartReciprocateV1,
  'm.key.verification.start$m.sas.v1': keyVerificationStartSasV1,
  'm.key.verification.start': keyVerificationStart,
  'm.key_backup': keyBackup,
  'm.marked_unread': markedUnread,
  'm.policy.rule.room': policyRuleRoom,
  'm.policy.rule.server': policyRuleServer,
  'm.policy.rule.user': policyRuleUser,
  'm.presence': presence,
  'm.push_rules': pushRules,
  'm.reaction': reaction,
  'm.receipt': receipt,
  'm.recent_emoji': recentEmoji,
  'm.room.avatar': roomAvatar,
  'm.room.canonical_alias': roomCanonicalAlias,
  'm.room.create': roomCreate,
  'm.room.encrypted': roomEncrypted,
  'm.room.encryption': roomEncryption,
  'm.room.guest_access': roomGuestAccess,
  'm.room.history_visibility': roomHistoryVisibility,
  'm.room.image_pack': roomImagePack,
  'm.room.join_rules': roomJoinRules,
  'm.room.member': roomMember,
  'm.room.message$m.audio': roomMessageAudio,
  'm.room.message$m.emote': roomMessageEmote,
  'm.room.message$m.file': roomMessageFile,
  'm.room.message$m.image': roomMessageImage,
  'm.room.message$m.key.verification.request': roomMessageKeyVerificationRequest,
  'm.room.message$m.location': roomMessageLocation,
  'm.room.message$m.notice': roomMessageNotice,
  'm.room.message$m.server_notice': roomMessageServerNotice,
  'm.room.message$m.text': roomMessageText,
  'm.room.message$m.video': roomMessageVideo,
  'm.room.message': roomMessage,
  'm.room.name': roomName,
  'm.room.pinned_events': roomPinnedEvents,
  'm.room.policy': roomPolicy,
  'm.room.power_levels': roomPowerLevels,
  'm.room.redaction': roomRedaction,
  'm.room.server_acl': roomServerAcl,
  'm.room.third_party_invite': roomThirdPartyInvite,
  'm.room.tombstone': roomTombstone,
  'm.room.topic': roomTopic,
  'm.room_key': roomKey,
  'm.room_key.withheld': roomKeyWithheld,
  'm.room_key_bundle': roomKeyBundle,
  'm.room_key_request': roomKeyRequest,
  'm.secret.request': secretRequest,
  'm.secret.send': secretSend,
  'm.space.child': spaceChild,
  'm.space.parent': spaceParent,
  'm.sticker': sticker,
  'm.tag': tag,
  'm.typing': typing,
} as const

/** Ephemeral data units of servers by their `edu_type`. */
export const eduDefinitions = {
  'm.device_list_update': deviceListUpdate,
  'm.direct_to_device': directToDevice,
  'm.presence': presenceEdu,
  'm.receipt': receiptEdu,
  'm.signing_key_update': signingKeyUpdate,
  'm.typing': typingEdu,
} as const
