// Supported versions of the specification: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientversions
import type * as definitions from '@myelin/protocol/client-server/versions'
import type { Handlers } from '../handlers.ts'

/** All of them: clients look for an overlap with the versions they know, some of them old. */
const versions = [
  'r0.0.1',
  'r0.1.0',
  'r0.2.0',
  'r0.3.0',
  'r0.4.0',
  'r0.5.0',
  'r0.6.0',
  'r0.6.1',
  ...Array.from({ length: 19 }, (_, i) => `v1.${i + 1}`),
]

/** Features under names from before they were in a version. Only what is finished: clients change their ways by these. */
const unstableFeatures = {
  'org.matrix.msc4222': true,
  'uk.tcpip.msc4133.stable': true,
  'us.cloke.msc4175.stable': true,
  'org.matrix.msc2285.stable': true,
  'org.matrix.msc3952_intentional_mentions': true,
  'org.matrix.msc4380.stable': true,
  'uk.timedout.msc4323.stable': true,
}

export const handlers: Handlers<typeof definitions> = {
  getVersions: async () => ({ versions, unstable_features: unstableFeatures }),
}
