"""Our tokens, codes and hashes, judged by joserfc, PyJWT, base32-crockford and hashlib."""

import base64
import hashlib
import json
import os
import sys
import warnings
import zlib

import base32_crockford
import jwt
from joserfc import jws
from joserfc.jwk import KeySet, OKPKey

# joserfc would rather have the algorithm called by its newer name.
warnings.simplefilter("ignore")
vectors = json.load(open(os.environ["VECTORS"]))
failures = 0


def check(what, good):
    global failures
    failures += not good
    print(("ok   " if good else "FAIL ") + what)


def b64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def accepts(verify, token):
    try:
        return verify(token)
    except Exception:
        return None


jwks = vectors["jwks"]
key_set = KeySet.import_key_set(jwks)
jwt_keys = jwt.PyJWKSet.from_dict(jwks)
as_issued = {"verify_exp": False, "verify_iat": False}


def by_joserfc(token):
    return json.loads(jws.deserialize_compact(token, key_set, algorithms=["EdDSA", "Ed25519"]).payload)


def by_pyjwt(token):
    key = jwt_keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["EdDSA"], options=as_issued)


# A general tool knows nothing of our claims: it must take what is valid, and refuse whatever
# isn't signed by the key.
unsigned = [
    "two parts", "parts swapped", "unknown key", "our key id over a stranger's signature",
    "no algorithm", "no algorithm and no signature", "a shared secret's algorithm", "empty",
]
for name, tool in [("joserfc", by_joserfc), ("PyJWT", by_pyjwt)]:
    good = [v for v in vectors["tokens"] if v["standing"] in ("valid", "expired")]
    # We read that name and never write it; our keys name the one we write.
    good = [v for v in good if v["name"] != "the algorithm's other name"]
    taken = [accepts(tool, v["token"]) for v in good]
    check(f"{name} verifies {len(good)} good tokens from the JWKS", all(taken))
    bad = [v for v in vectors["tokens"] if v["name"] in unsigned]
    check(f"{name} refuses {len(bad)} that our key didn't sign", not any(accepts(tool, v["token"]) for v in bad) and len(bad) == len(unsigned))
    lists = [v for v in vectors["status_lists"]["signed"] if v["name"] in ("good", "a stranger's", "altered")]
    check(f"{name} tells good status lists from forged", all((accepts(tool, v["token"]) is not None) == v["good"] for v in lists))

usual = next(v["token"] for v in vectors["tokens"] if v["name"] == "usual")
claims = by_joserfc(usual)
# All of the envelope's names are ASCII and its numbers whole, so this is its canonical form.
canonical = json.dumps(claims["envelope"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
check("hashlib finds the envelope's hash", hashlib.sha256(canonical.encode()).hexdigest() == claims["envelope_sha256"] == vectors["envelope"]["sha256"])
written = vectors["canonical"]["written"]
check("hashlib finds the canonical texts' hashes", all(hashlib.sha256(v["text"].encode()).hexdigest() == v["sha256"] for v in written))

check("joserfc finds the key id", OKPKey.import_key(jwks["keys"][0]).thumbprint() == jwks["keys"][0]["kid"])
rfc = vectors["rfc8037"]
check("joserfc finds RFC 8037's thumbprint", OKPKey.import_key(rfc["private"]).thumbprint() == rfc["thumbprint"])
signed = jws.deserialize_compact(rfc["signed"] + "." + rfc["signature"], OKPKey.import_key(rfc["private"]), algorithms=["EdDSA"])
check("joserfc verifies RFC 8037's signature", signed.payload == b"Example of Ed25519 signing")

for vector in vectors["codes"]["read"]:
    plain = vector["code"].replace("-", "")
    same = base32_crockford.decode(plain, checksum=True) == int(vector["value"])
    again = base32_crockford.encode(int(vector["value"]), checksum=True).rjust(15, "0") == plain
    check(f"base32-crockford reads and writes {vector['code']}", same and again)
mistyped = [v["text"] for v in vectors["codes"]["refused"] if v["error"] == "check"]
check(f"base32-crockford refuses {len(mistyped)} mistyped codes", mistyped != [] and not any(accepts(lambda t: base32_crockford.decode(t, checksum=True) or True, t) for t in mistyped))


def entries(bits, lst):
    for byte in zlib.decompress(b64(lst)):
        for at in range(0, 8, bits):
            yield byte >> at & ((1 << bits) - 1)


for vector in vectors["status_lists"]["packed"]:
    got = list(entries(vector["bits"], vector["lst"]))[: len(vector["entries"])]
    check(f"zlib unpacks a list of {vector['bits']} bits", got == vector["entries"])

sys.exit(1 if failures else 0)
