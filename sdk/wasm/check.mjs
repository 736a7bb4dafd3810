// Holds the WebAssembly build against the crate's test vectors, in Node.
import { readFileSync } from 'node:fs'

const [file, vectorsFile] = process.argv.slice(2)
const vectors = JSON.parse(readFileSync(vectorsFile, 'utf8'))
const { instance } = await WebAssembly.instantiate(readFileSync(file), {})
const { memory, text_new, text_free, judge_token } = instance.exports

const put = (text) => {
  const bytes = new TextEncoder().encode(text)
  const place = text_new(bytes.length)
  new Uint8Array(memory.buffer, place, bytes.length).set(bytes)
  return [place, bytes.length]
}
const judge = (token, status, now) => {
  const answer = BigInt.asUintN(64, judge_token(...put(token), ...put(JSON.stringify(vectors.jwks)), ...put(status), now))
  const [place, length] = [Number(answer & 0xffffffffn), Number(answer >> 32n)]
  const text = new TextDecoder().decode(new Uint8Array(memory.buffer, place, length))
  text_free(place, length)
  return JSON.parse(text)
}

let bad = 0
let count = 0
const expect = (name, got, wanted) => {
  count += 1
  if (got === wanted) return
  bad += 1
  console.error(`${name}: ${got} instead of ${wanted}`)
}
for (const { name, token, standing } of vectors.tokens) expect(name, judge(token, '', vectors.now).standing, standing)
const licence = vectors.tokens.find((v) => v.name === 'small').token
for (const { name, token, good } of vectors.status_lists.signed) expect(name, !judge(licence, token, vectors.now).error, good)
for (const v of vectors.status_lists.judged) {
  const judged = judge(v.licence, v.list, v.now)
  expect(v.name, `${judged.standing}, ${judged.status}`, `${v.standing}, ${v.check}`)
}
console.log(`wasm: ${count - bad} of ${count} vectors as expected`)
process.exit(bad ? 1 : 0)
