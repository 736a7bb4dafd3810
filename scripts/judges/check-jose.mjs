// Our tokens, judged by npm's jose.
import { readFileSync } from 'node:fs'
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose'

const vectors = JSON.parse(readFileSync(process.env.VECTORS, 'utf8'))
const keys = createLocalJWKSet(vectors.jwks)
const at = new Date((vectors.now - 1) * 1000)
let failed = false
const check = (what, good) => {
  failed ||= !good
  console.log(`${good ? 'ok  ' : 'FAIL'} ${what}`)
}
const accepts = (token, typ) =>
  jwtVerify(token, keys, { typ, currentDate: at }).then(
    () => true,
    () => false,
  )
const all = async (vectors, wanted, typ) => {
  for (const { token } of vectors) if ((await accepts(token, typ)) !== wanted) return false
  return vectors.length > 0
}
// We read the algorithm's other name and never write it; our keys name the one we write.
const good = vectors.tokens.filter((v) => ['valid', 'expired'].includes(v.standing) && v.name !== "the algorithm's other name")
check(`jose verifies ${good.length} good tokens from the JWKS`, await all(good, true, 'licence+jwt'))
const names = [
  'empty', 'two parts', 'four parts', 'parts swapped', 'unknown key', "our key id over a stranger's signature", 'no algorithm',
  'no algorithm and no signature', "a shared secret's algorithm", 'another type', 'an unread header member', 'a status list',
]
const bad = vectors.tokens.filter((v) => names.includes(v.name))
check(`jose refuses ${bad.length} that are unsigned or something else`, (await all(bad, false, 'licence+jwt')) && bad.length === names.length)
const lists = vectors.status_lists.signed
check('jose verifies a status list', await all(lists.filter((v) => v.good), true, 'statuslist+jwt'))
check('jose refuses forged status lists', await all(lists.filter((v) => !v.good), false, 'statuslist+jwt'))
check('jose finds the key id', (await calculateJwkThumbprint(vectors.jwks.keys[0])) === vectors.jwks.keys[0].kid)
process.exit(failed ? 1 : 0)
