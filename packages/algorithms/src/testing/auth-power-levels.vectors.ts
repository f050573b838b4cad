// Vectors for power levels and for the redactions of old rooms, in the order of the rules.
import type { JsonObject } from '../json.ts'
import {
  type Vector,
  admin,
  creator,
  levels,
  message,
  mod,
  peer,
  user,
  users,
  usualLevels,
  without,
} from './auth-room.vectors.ts'

export const powerTypeVectors: readonly Vector[] = [
  ...['users_default', 'events_default', 'state_default', 'ban', 'redact', 'kick', 'invite'].flatMap(
    (name): Vector[] => [
      {
        name: `${name} is an integer`,
        versions: [10, 12],
        event: levels(admin, { [name]: '50' }),
        refusedBy: 'powerScalarTypes',
      },
      { name: `${name} may be text`, versions: [1, 9], event: levels(admin, { [name]: ' +0050 ' }) },
      { name: `${name} above the sender is refused`, event: levels(mod, { [name]: 51 }), refusedBy: 'powerScalars.2' },
      { name: `${name} up to the sender is allowed`, event: levels(admin, { [name]: 100 }) },
      {
        name: `${name} that was above the sender is not lowered`,
        given: { levels: { ...usualLevels, [name]: 51 } },
        event: levels(mod, { [name]: 50 }),
        refusedBy: 'powerScalars.1',
      },
    ],
  ),
  {
    name: 'a level that was above the sender is not removed',
    given: { levels: { ...usualLevels, ban: 51 } },
    event: { ...levels(mod, {}), content: without('ban') },
    refusedBy: 'powerScalars.1',
  },
  { name: 'a level up to the sender may be removed', event: { ...levels(mod, {}), content: without('ban') } },
  {
    name: 'a level above the sender is not added',
    given: { levels: without('ban') },
    event: levels(mod, { ban: 51 }),
    refusedBy: 'powerScalars.2',
  },
  { name: 'events is an object', versions: [10, 12], event: levels(admin, { events: [] }), refusedBy: 'powerMapTypes' },
  {
    name: 'events holds integers',
    versions: [10, 12],
    event: levels(admin, { events: { x: '1' } }),
    refusedBy: 'powerMapTypes',
  },
  {
    name: 'notifications holds integers',
    versions: [10, 12],
    event: levels(admin, { notifications: { room: null } }),
    refusedBy: 'powerMapTypes',
  },
  { name: 'users is an object', event: levels(admin, { users: 1 }), refusedBy: 'powerUserTypes' },
  { name: 'users are user ids', event: levels(admin, users({ bob: 1 })), refusedBy: 'powerUserTypes' },
  { name: 'users have integers', event: levels(admin, users({ [user]: true })), refusedBy: 'powerUserTypes' },
  { name: 'users may have text until version 9', versions: [1, 9], event: levels(admin, users({ [user]: ' -7' })) },
  {
    name: 'users have no text from version 10',
    versions: [10, 12],
    event: levels(admin, users({ [user]: '7' })),
    refusedBy: 'powerUserTypes',
  },
  {
    name: 'text has to be an integer',
    versions: [1, 9],
    event: levels(admin, users({ [user]: '7.5' })),
    refusedBy: 'powerUserTypes',
  },
  { name: 'users may have floats until version 5', versions: [1, 5], event: levels(admin, users({ [user]: 50.57 })) },
  {
    name: 'users have no floats from version 6',
    versions: [6, 12],
    event: levels(admin, users({ [user]: 50.57 })),
    refusedBy: 'powerUserTypes',
  },
  { name: 'floats are finite', event: levels(admin, users({ [user]: Infinity })), refusedBy: 'powerUserTypes' },
  { name: 'a float counts without its fraction', versions: [1, 5], event: levels(mod, users({ [user]: 50.9 })) },
  {
    name: 'creators are not given power',
    versions: [12, 12],
    event: levels(creator, users({ [creator]: 100 })),
    refusedBy: 'powerCreators',
  },
  {
    name: 'additional creators are not given power',
    versions: [12, 12],
    given: { create: { additional_creators: [user] } },
    event: levels(creator, users({ [user]: 100 })),
    refusedBy: 'powerCreators',
  },
  { name: 'creators may be given power before', versions: [1, 11], event: levels(admin, users({ [creator]: 100 })) },
  {
    name: 'the first power levels may say anything',
    versions: [1, 11],
    given: { levels: null },
    event: levels(creator, users({ [user]: 1000 })),
  },
  {
    name: 'the first power levels of a hashed room, too',
    versions: [12, 12],
    given: { levels: null },
    event: levels(creator, users({ [user]: 1000 })),
  },
]

export const powerChangeVectors: readonly Vector[] = [
  { name: 'nothing need change', event: levels(mod, {}) },
  {
    name: 'changing power levels needs their level',
    given: { levels: { ...usualLevels, ...users({ [user]: 49 }) } },
    event: levels(user, users({ [user]: 49 })),
    refusedBy: 'requiredLevel',
  },
  {
    name: 'an event level above the sender is not changed',
    event: levels(mod, { events: { ...(usualLevels['events'] as JsonObject), 'm.secret': 0 } }),
    refusedBy: 'powerOldEntries.1',
  },
  {
    name: 'an event level above the sender is not removed',
    event: levels(mod, { events: { 'm.room.name': 20, 'm.room.power_levels': 50 } }),
    refusedBy: 'powerOldEntries.1',
  },
  {
    name: 'an event level above the sender is not added',
    event: levels(mod, { events: { ...(usualLevels['events'] as JsonObject), x: 51 } }),
    refusedBy: 'powerNewEntries.1',
  },
  {
    name: 'an event level is not raised above the sender',
    event: levels(mod, { events: { ...(usualLevels['events'] as JsonObject), 'm.room.name': 51 } }),
    refusedBy: 'powerNewEntries.1',
  },
  {
    name: 'event levels up to the sender may change',
    event: levels(mod, { events: { 'm.room.power_levels': 20, 'm.secret': 70, x: 50 } }),
  },
  {
    name: 'a notification level above the sender is not changed',
    versions: [6, 12],
    event: levels(mod, { notifications: { room: 50, high: 50 } }),
    refusedBy: 'powerOldEntries.1',
  },
  {
    name: 'a notification level is not raised above the sender',
    versions: [6, 12],
    event: levels(mod, { notifications: { room: 51, high: 80 } }),
    refusedBy: 'powerNewEntries.1',
  },
  {
    name: 'notification levels were anybody’s before',
    versions: [1, 5],
    event: levels(mod, { notifications: { room: 99 } }),
  },
  {
    name: 'a moderator does not demote an equal',
    event: levels(mod, users({ [peer]: 49 })),
    refusedBy: 'powerOldUsers.1',
  },
  {
    name: 'a moderator does not remove an equal',
    event: levels(mod, { users: { [admin]: 100, [mod]: 50 } }),
    refusedBy: 'powerOldUsers.1',
  },
  { name: 'a moderator may step down', event: levels(mod, users({ [mod]: 0 })) },
  { name: 'a moderator may make others equal', event: levels(mod, users({ [user]: 50 })) },
  {
    name: 'a moderator does not put others above',
    event: levels(mod, users({ [user]: 51 })),
    refusedBy: 'powerNewUsers.1',
  },
  { name: 'a moderator does not rise', event: levels(mod, users({ [mod]: 51 })), refusedBy: 'powerNewUsers.1' },
  { name: 'an admin demotes a moderator', event: levels(admin, users({ [mod]: 0 })) },
  { name: 'a creator demotes an admin', versions: [12, 12], event: levels(creator, users({ [admin]: 0 })) },
]

export const redactionVectors: readonly Vector[] = [
  {
    name: 'the redact level redacts',
    versions: [1, 2],
    event: { ...message(admin, 'm.room.redaction'), redacts: '$x:c', eventId: '$e:a' },
  },
  {
    name: 'the redact level itself suffices',
    versions: [1, 2],
    given: { levels: { ...usualLevels, redact: 50 } },
    event: { ...message(mod, 'm.room.redaction'), redacts: '$x:c', eventId: '$e:a' },
  },
  {
    name: 'a server redacts its own',
    versions: [1, 2],
    event: { ...message(user, 'm.room.redaction'), redacts: '$x:b', eventId: '$e:b' },
  },
  {
    name: "a server does not redact another's",
    versions: [1, 2],
    event: { ...message(user, 'm.room.redaction'), redacts: '$x:c', eventId: '$e:b' },
    refusedBy: 'redaction.3',
  },
  {
    name: 'a redaction names what it redacts',
    versions: [1, 2],
    event: { ...message(user, 'm.room.redaction'), eventId: '$e:b' },
    refusedBy: 'redaction.3',
  },
  {
    name: 'redactions are judged elsewhere from version 3',
    versions: [3, 12],
    event: { ...message(user, 'm.room.redaction'), redacts: '$x:c', eventId: '$e:b' },
  },
]
