// Ed25519 on both back ends: RFC 8032's vectors, and signatures that some libraries take and others do not.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { backends, isSoundPoint, verifyEd25519 } from './ed25519.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

// https://www.rfc-editor.org/rfc/rfc8032#section-7.1
const published = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
]

const order = 2n ** 252n + 27742317777372353535851937790883648493n
const little = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)
const bytesOf = (value: bigint): Buffer => Buffer.from(hex(value.toString(16).padStart(64, '0')).toReversed())
const sha512 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha512')).digest()

/** The secret scalar of a seed. */
const scalarOf = (seed: Uint8Array): bigint => {
  const bytes = sha512(seed).subarray(0, 32)
  bytes[0] = (bytes[0] ?? 0) & 248
  bytes[31] = ((bytes[31] ?? 0) & 127) | 64
  return little(bytes)
}

const seed = hex(published[0]?.seed ?? '')
const message = Buffer.from('a message')
const identity = hex(`01${'00'.repeat(31)}`)
const identityWrittenLarge = hex(`ee${'ff'.repeat(30)}7f`)
const minusOne = hex(`ec${'ff'.repeat(30)}7f`)

for (const using of backends) {
  describe(`Ed25519 by ${using.name}`, () => {
    for (const { seed, publicKey, message, signature } of published) {
      test(`signs and verifies RFC 8032's message ${message || '(empty)'}`, () => {
        const signer = using.signer(hex(seed))
        assert.equal(Buffer.from(signer.publicKey).toString('hex'), publicKey)
        assert.equal(Buffer.from(signer.sign(hex(message))).toString('hex'), signature)
        assert.ok(verifyEd25519(hex(message), hex(signature), hex(publicKey), using))
      })
    }

    const signer = using.signer(seed)
    const signature = Buffer.from(signer.sign(message))

    test('refuses another message, another key and any flipped bit', () => {
      assert.ok(verifyEd25519(message, signature, signer.publicKey, using))
      assert.ok(!verifyEd25519(Buffer.from('another'), signature, signer.publicKey, using))
      assert.ok(!verifyEd25519(message, signature, using.signer(Buffer.alloc(32, 7)).publicKey, using))
      for (let bit = 0; bit < 512; bit += 7) {
        const flipped = Buffer.from(signature)
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        assert.ok(!verifyEd25519(message, flipped, signer.publicKey, using), `bit ${bit}`)
      }
    })

    test('refuses the same signature with the order of the group added to S', () => {
      const s = little(signature.subarray(32))
      for (let added = s + order; added < 2n ** 256n; added += order * 3n) {
        const malleated = Buffer.concat([signature.subarray(0, 32), bytesOf(added)])
        assert.ok(!verifyEd25519(message, malleated, signer.publicKey, using))
      }
    })

    test('refuses R of small order, though the equation holds', () => {
      const h = little(sha512(identity, signer.publicKey, message)) % order
      const forged = Buffer.concat([identity, bytesOf((h * scalarOf(seed)) % order)])
      assert.ok(!verifyEd25519(message, forged, signer.publicKey, using))
    })

    test('refuses keys of small order, however written, though the equation holds for any message', () => {
      // With the identity as key, S·B = R + h·A holds whatever h is: take R = S·B of a genuine key.
      const s = scalarOf(seed) % order
      const forged = Buffer.concat([signer.publicKey, bytesOf(s)])
      for (const key of [identity, identityWrittenLarge, minusOne, Buffer.alloc(32)]) {
        assert.ok(!verifyEd25519(message, forged, key, using))
      }
    })

    test('refuses the wrong lengths', () => {
      assert.ok(!verifyEd25519(message, signature.subarray(0, 63), signer.publicKey, using))
      assert.ok(!verifyEd25519(message, Buffer.alloc(0), signer.publicKey, using))
      assert.ok(!verifyEd25519(message, signature, signer.publicKey.subarray(1), using))
    })
  })
}

test('every encoding of the points of small order is unsound, with either sign', () => {
  const orderEight = [
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ].map(hex)
  const large = ['ed', 'ee', 'ff'].map((first) => hex(`${first}${'ff'.repeat(30)}7f`))
  for (const point of [identity, minusOne, Buffer.alloc(32), ...orderEight, ...large]) {
    assert.ok(!isSoundPoint(point))
    const negative = Buffer.from(point)
    negative[31] = (negative[31] ?? 0) | 0x80
    assert.ok(!isSoundPoint(negative))
  }
  for (const { publicKey } of published) assert.ok(isSoundPoint(hex(publicKey)))
})

test('all backends give one answer to signatures that are slightly wrong', () => {
  const anywhere = fc.tuple(fc.nat(95), fc.nat(255))
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array(),
      fc.array(anywhere, { maxLength: 2 }),
      (seed, message, edits) => {
        const signed = backends.map((using) =>
          Buffer.concat([using.signer(seed).sign(message), using.signer(seed).publicKey]),
        )
        for (const both of signed) assert.deepEqual(both, signed[0])
        const edited = Buffer.from(signed[0] ?? assert.fail())
        for (const [at, value] of edits) edited[at] = value
        const answers = backends.map((using) =>
          verifyEd25519(message, edited.subarray(0, 64), edited.subarray(64), using),
        )
        assert.equal(new Set(answers).size, 1)
      },
    ),
    { numRuns: 60 },
  )
})
