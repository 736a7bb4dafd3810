"""Checks a .tlog-proof of a use without any of our code: python3 tlog_proof.py PROOF VKEY
Written from docs/transparency.md, C2SP tlog-proof and RFC 9162 alone; needs `cryptography`."""
import sys
from base64 import b64decode
from hashlib import sha256
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

def root(leaf, index, size, path):
    h, fn, sn = sha256(b"\0" + leaf).digest(), index, size - 1
    assert index < size, "no such leaf"
    for p in path:
        assert sn, "the path is too long"
        if fn & 1 or fn == sn:
            h = sha256(b"\1" + p + h).digest()
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            h = sha256(b"\1" + h + p).digest()
        fn, sn = fn >> 1, sn >> 1
    assert not sn, "the path is too short"
    return h

proof, vkey = open(sys.argv[1], encoding="utf-8").read(), open(sys.argv[2]).read().strip()
head, note = proof.split("\n\n", 1)
magic, extra, index, *path = head.split("\n")
text, signatures = note.rsplit("\n\n", 1)
name, key_id, key = vkey.split("+", 2)
assert magic == "c2sp.org/tlog-proof@v1" and b64decode(key)[0] == 1
key_hash = sha256(name.encode() + b"\n" + b64decode(key)).digest()[:4]
assert key_hash.hex() == key_id, "the key's hash is wrong"
mine = [b64decode(s.split(" ")[2]) for s in signatures.splitlines() if s.startswith(f"— {name} ")]
signature = next(s for s in mine if s[:4] == key_hash)[4:]
Ed25519PublicKey.from_public_bytes(b64decode(key)[1:]).verify(signature, (text + "\n").encode())
origin, size, signed_root = text.split("\n")[:3]
assert origin == name, "another log's checkpoint"
extra, at = b64decode(extra.removeprefix("extra ")), int(index.removeprefix("index "))
end = 3 + int.from_bytes(extra[1:3])
leaf, position, salt, n = extra[3:end], int.from_bytes(extra[end:end + 4]), extra[end + 4:end + 20], extra[end + 20]
hashes, event = extra[end + 21:end + 21 + 32 * n], extra[end + 21 + 32 * n:]
assert root(leaf, at, int(size), [b64decode(p) for p in path]) == b64decode(signed_root), "not in the log"
assert leaf[:4] == b"CCL\1" and int.from_bytes(leaf[5:13]) == at, "not a leaf of this index"
batch = root(salt + event, position, int.from_bytes(leaf[85:89]), [hashes[i:i + 32] for i in range(0, 32 * n, 32)])
assert batch == leaf[53:85], "not in the commit"
print(f"proven: event {position} of {int.from_bytes(leaf[85:89])} in leaf {at} of {size}: {event!r}")
