// The auth DAG against lists and recursion.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authFlags } from './auth-dag-columns.ts'
import { AuthDag, authFlagsOf, isPowerEvent } from './auth-dag.ts'
import type { AuthEvent } from './event.ts'
import { mainlinePosition } from './mainline-ordering.ts'
import { dagOf, type Row, randomRows } from './testing/random-dag.ts'
import { Dice } from './testing/random-room.ts'

function shuffled(rows: readonly Row[], dice: Dice): Row[] {
  const keyed = rows.map((row) => ({ row, at: dice.below(2 ** 31) }))
  return keyed.toSorted((a, b) => a.at - b.at).map(({ row }) => row)
}

/** An event of Alice's. */
const by = (type: string, stateKey: string | undefined, membership?: string): AuthEvent => ({
  eventId: '$1',
  roomId: '!1',
  prevEvents: [],
  sender: '@alice:a',
  type,
  stateKey,
  content: membership === undefined ? {} : { membership },
})

describe('the auth DAG', () => {
  test('has every event after all it cites, in whatever order they arrived', () => {
    for (let seed = 0; seed < 200; seed++) {
      const dice = new Dice(seed)
      const rows = randomRows(dice, 60)
      const dag = dagOf(shuffled(rows, dice))
      const { count, nids, offsets, edges } = dag.graph()
      assert.equal(count, rows.length)
      for (let local = 0; local < count; local++) {
        const cited = [...edges.subarray(offsets[local], offsets[local + 1])]
        assert.ok(cited.every((edge) => edge >= 0 && edge < local))
        const row = rows[nids[local]! - 1]!
        assert.equal(dag.localOf(row.nid), local)
        assert.deepEqual(
          cited.map((edge) => nids[edge]),
          row.cites,
        )
      }
    }
  })

  test('keeps citations of what is unknown apart, and connects them when it arrives', () => {
    const dag = new AuthDag()
    const row = { slot: 1, originServerTs: 0, depth: 0, flags: 0 }
    dag.append({ ...row, nid: 10 }, [7, 7])
    assert.deepEqual([...dag.graph().edges.subarray(0, 1)], [-7])
    assert.equal(dag.revision, 0)
    dag.append({ ...row, nid: 7 }, [])
    assert.equal(dag.revision, 1)
    assert.deepEqual([dag.localOf(7), dag.localOf(10), dag.localOf(8)], [0, 1, -1])
    assert.deepEqual([...dag.graph().edges.subarray(0, 1)], [0])
  })

  test('takes an event once', () => {
    const dag = dagOf(randomRows(new Dice(1), 5))
    dag.append({ nid: 3, slot: 9, originServerTs: 9, depth: 9, flags: 15 }, [4])
    assert.equal(dag.count, 5)
    assert.equal(dag.graph().slots[dag.localOf(3)], 3)
  })

  test('what an event cites is completed when the event comes again, as an invite that came before the room', () => {
    const row = { slot: 1, originServerTs: 0, depth: 0, flags: 0 }
    const dag = new AuthDag()
    dag.append({ ...row, nid: 1 }, [])
    dag.append({ ...row, nid: 2 }, [1])
    dag.append({ ...row, nid: 3 }, [])
    dag.append({ ...row, nid: 1 }, [3, 4])
    assert.equal(dag.revision, 1)
    const cited = (nid: number) => {
      const { nids, offsets, edges } = dag.graph()
      const local = dag.localOf(nid)
      return [...edges.subarray(offsets[local], offsets[local + 1])].map((edge) => (edge < 0 ? edge : nids[edge]))
    }
    assert.deepEqual([cited(1), cited(2), cited(3)], [[3, -4], [1], []])
    dag.append({ ...row, nid: 4 }, [])
    assert.deepEqual(cited(1), [3, 4])
    dag.append({ ...row, nid: 1 }, [4])
    assert.equal(dag.revision, 2)
  })

  test('cuts circles, which event ids chosen by servers allow in old rooms', () => {
    const dag = new AuthDag()
    const row = { slot: 1, originServerTs: 0, depth: 0, flags: authFlags.powerLevels }
    dag.append({ ...row, nid: 1 }, [3])
    dag.append({ ...row, nid: 2 }, [1])
    dag.append({ ...row, nid: 3 }, [2])
    const { count, offsets, edges } = dag.graph()
    for (let local = 0; local < count; local++) {
      for (const edge of edges.subarray(offsets[local], offsets[local + 1])) assert.ok(edge < local)
    }
  })

  test('knows the create event', () => {
    const dag = new AuthDag()
    assert.equal(dag.create, 0)
    dag.append({ nid: 5, slot: 0, originServerTs: 0, depth: 0, flags: authFlags.create }, [])
    assert.equal(dag.create, 5)
  })

  test('marks the events that may take abilities away as power events', () => {
    assert.ok(isPowerEvent(by('m.room.power_levels', '')))
    assert.ok(isPowerEvent(by('m.room.join_rules', '')))
    assert.ok(!isPowerEvent(by('m.room.join_rules', undefined)))
    assert.ok(!isPowerEvent(by('m.room.create', '')))
    for (const membership of ['leave', 'ban']) {
      assert.ok(isPowerEvent(by('m.room.member', '@bob:b', membership)))
      assert.ok(!isPowerEvent(by('m.room.member', '@alice:a', membership)))
    }
    for (const membership of ['join', 'invite', 'knock'])
      assert.ok(!isPowerEvent(by('m.room.member', '@bob:b', membership)))
    assert.equal(authFlagsOf({ ...by('m.room.power_levels', ''), rejected: true }), 2 | 4 | 8)
    assert.equal(authFlagsOf(by('m.room.power_levels', 'x')), authFlags.power)
    assert.equal(authFlagsOf(by('m.room.create', '')), authFlags.create)
  })

  test('reaches any of 10,000 power levels events in a row in a few jumps', () => {
    const row = { slot: 1, originServerTs: 0, depth: 0, flags: authFlags.powerLevels }
    const dag = new AuthDag()
    for (let nid = 1; nid <= 10_000; nid++) dag.append({ ...row, nid }, nid === 1 ? [] : [nid - 1])
    const { plParents, plDepths, plJumps } = dag.graph()
    for (const target of [0, 1, 17, 4_999, 9_998]) {
      let steps = 0
      for (let at = 9_999; at !== target; steps++)
        at = plDepths[plJumps[at]!]! >= target ? plJumps[at]! : plParents[at]!
      assert.ok(steps <= 3 * Math.log2(10_000), `${steps} steps to ${target}`)
    }
  })

  test('is the same after it was packed and unpacked, and grows on', () => {
    for (const count of [0, 1, 64, 65, 500]) {
      const dice = new Dice(count)
      const rows = randomRows(dice, count)
      const dag = dagOf(shuffled(rows, dice).slice(0, Math.ceil(count * 0.8)))
      const unpacked = AuthDag.unpack(dag.pack())
      for (const { nid, cites, flags } of rows) {
        const event = { nid, slot: nid, originServerTs: nid, depth: nid, flags }
        dag.append(event, cites)
        unpacked.append(event, cites)
      }
      assert.deepEqual(unpacked.pack(), dag.pack())
      const [{ plJumps }, { plJumps: expected }] = [unpacked.graph(), dag.graph()]
      assert.deepEqual(plJumps.subarray(0, count), expected.subarray(0, count))
      for (const { nid } of rows) assert.equal(unpacked.localOf(nid), dag.localOf(nid))
    }
  })

  test('remembers the create event and what is awaited when it is unpacked', () => {
    const row = { slot: 1, originServerTs: 1.5e12, depth: 3 }
    const dag = new AuthDag()
    dag.append({ ...row, nid: 5, flags: authFlags.create }, [])
    dag.append({ ...row, nid: 6, flags: authFlags.rejected }, [5, 9])
    const unpacked = AuthDag.unpack(dag.pack())
    assert.equal(unpacked.create, 5)
    assert.deepEqual([...unpacked.graph().flags.subarray(0, 2)], [authFlags.create, authFlags.rejected])
    assert.equal(unpacked.graph().originServerTs[1], 1.5e12)
    unpacked.append({ ...row, nid: 9, flags: 0 }, [])
    assert.equal(unpacked.localOf(9), 1)
  })

  test('refuses bytes that are no packed DAG', () => {
    const bytes = dagOf(randomRows(new Dice(1), 5)).pack()
    assert.throws(() => AuthDag.unpack(new Uint8Array(3)), RangeError)
    assert.throws(() => AuthDag.unpack(bytes.subarray(0, -1)), /wrong length/)
    assert.throws(() => AuthDag.unpack(bytes.map((byte, index) => (index === 0 ? 7 : byte))), /format 7/)
  })

  test('grows past its first arrays', () => {
    const rows = randomRows(new Dice(2), 5000)
    const dag = dagOf(rows)
    assert.equal(dag.count, 5000)
    assert.ok(dag.bytes < 5000 * 200)
    for (const { nid } of rows) assert.equal(dag.graph().nids[dag.localOf(nid)], nid)
  })
})

describe('mainline positions', () => {
  test('are found by jumps as by single steps', () => {
    for (let seed = 0; seed < 60; seed++) {
      const rows = randomRows(new Dice(seed), 200)
      const graph = dagOf(rows).graph()
      const behind = (local: number): number[] => {
        const parent = graph.plParents[local]!
        return parent < 0 ? [] : [parent, ...behind(parent)]
      }
      for (let local = 0; local < graph.count; local++) {
        const base = (local * 7919) % graph.count
        if ((graph.flags[base]! & authFlags.powerLevels) === 0) continue
        const mainline = [base, ...behind(base)]
        const meeting = behind(local).find((each) => mainline.includes(each))
        const expected = meeting === undefined ? Infinity : mainline.indexOf(meeting)
        assert.equal(mainlinePosition(graph, local, base), expected)
      }
    }
  })
})
