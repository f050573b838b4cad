// Every file of unstable client-server endpoints by name.
import * as formerNames from './former_names.ts'
import * as msc1763 from './msc1763.ts'
import * as msc3391 from './msc3391.ts'
import * as msc3814 from './msc3814.ts'
import * as msc4108 from './msc4108.ts'
import * as msc4140 from './msc4140.ts'
import * as msc4143 from './msc4143.ts'
import * as msc4186 from './msc4186.ts'
import * as msc4306 from './msc4306.ts'
import * as msc4388 from './msc4388.ts'
import * as simplifiedMsc3575 from './simplified_msc3575.ts'

/** Groups of unstable endpoints, named after the proposal that describes them. */
export const unstableGroups = {
  former_names: formerNames,
  msc1763,
  msc3391,
  msc3814,
  msc4108,
  msc4140,
  msc4143,
  msc4186,
  msc4306,
  msc4388,
  simplified_msc3575: simplifiedMsc3575,
} as const
