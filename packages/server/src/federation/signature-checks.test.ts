// Signatures verified in batches beside the event loop give the same answers as those verified where they are asked for.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { signingKeyFromSeed, verifyText } from '@myelin/algorithms/signatures'
import { systemEnvironment } from '../environment.ts'
import { createSignatureChecks, type SignatureCheck } from './signature-checks.ts'

const checks = createSignatureChecks(systemEnvironment)
after(() => checks[Symbol.asyncDispose]())

const key = signingKeyFromSeed('ed25519:a', new Uint8Array(32).fill(1))
const other = signingKeyFromSeed('ed25519:b', new Uint8Array(32).fill(2))

/** Valid signatures, and in between every kind of wrong one. */
function mixed(count: number): SignatureCheck[] {
  const wrong: ((check: SignatureCheck) => SignatureCheck)[] = [
    (check) => ({ ...check, text: `${check.text} ` }),
    (check) => ({ ...check, publicKey: other.publicKey }),
    (check) => ({ ...check, signature: '' }),
    (check) => ({ ...check, signature: `${check.signature}\n1` }),
    (check) => ({ ...check, signature: `${check.signature} ${check.signature}` }),
    (check) => ({ ...check, signature: 'not base64!' }),
    (check) => ({ ...check, text: `${check.text}\n{}` }),
    (check) => ({ ...check, publicKey: new Uint8Array(5) }),
  ]
  return Array.from({ length: count }, (_, index) => {
    const text = `{"n":${index},"text":"é ∑ 𝄞"}`
    const check = { text, signature: key.sign(text), publicKey: key.publicKey }
    return index % 2 === 0 ? check : (wrong[(index >> 1) % wrong.length]?.(check) ?? check)
  })
}

for (const count of [0, 1, 3, 4, 250])
  test(`${count} signatures are told apart`, async () => {
    const asked = mixed(count)
    const inline = asked.map(({ text, signature, publicKey }) => verifyText(text, signature, publicKey))
    assert.deepEqual(await checks.verify(asked), inline)
    assert.deepEqual(
      await checks.verify(asked),
      asked.map((_, index) => index % 2 === 0),
    )
  })

test('what many ask for at once is answered to each', async () => {
  const answers = await Promise.all(mixed(60).map((check) => checks.verify([check])))
  assert.deepEqual(
    answers.flat(),
    answers.map((_, index) => index % 2 === 0),
  )
})

test('checks that are under way when the threads end are answered all the same', async () => {
  const short = createSignatureChecks(systemEnvironment)
  const answered = short.verify(mixed(100))
  await new Promise(setImmediate)
  await short[Symbol.asyncDispose]()
  assert.equal((await answered).filter(Boolean).length, 50)
})
