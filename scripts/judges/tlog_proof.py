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
assert extra[0] in (1, 2), "an unknown version"

def take(n):
    global extra
    taken, extra = extra[:n], extra[n:]
    assert len(taken) == n, "the extra line is cut off"
    return taken

def number(n):
    return int.from_bytes(take(n))

def opening():
    position, salt, n = number(4), take(16), number(1)
    return position, salt, [take(32) for _ in range(n)]

single = number(1) == 2
leaf = take(number(2))
position, salt, hashes = opening()
event = take(number(4)) if single else extra
assert root(leaf, at, int(size), [b64decode(p) for p in path]) == b64decode(signed_root), "not in the log"
assert leaf[:4] == b"CCL\1" and int.from_bytes(leaf[5:13]) == at, "not a leaf of this index"
count = int.from_bytes(leaf[85:89])
assert root(salt + event, position, count, hashes) == leaf[53:85], "not in the commit"
print(f"proven: event {position} of {count} in leaf {at} of {size}: {event!r}")
if single:
    assert event[:2] == b"CC" and event[3] == 2, "an event that is not over several"
    position, salt, hashes = opening()
    count = int.from_bytes(event[-40:-32])
    assert root(salt + extra, position, count, hashes) == event[-32:], "not among those of the event"
    print(f"proven: {position} of its {count}: {extra!r}")
