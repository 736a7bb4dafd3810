#!/usr/bin/env python3
"""Stamped videos, judged by other people's tools: MP4 and MOV files of every layout are made with
ffmpeg, stamped by us, and then

- ffmpeg finds the same packets at the same times in every track, and decodes the same frames;
- ffprobe shows comment and copyright, and everything it showed before;
- `clearcue verify` finds the key; stamping twice is stamping once;
- a file of more than 4 GiB (sparse) keeps its media, in little memory.

Needs ffmpeg, and from PyPI mutagen.
"""

import hashlib
import resource
import struct
import time

from mutagen.mp4 import MP4

from media_tools import *

INPUT = ["-f", "lavfi", "-i", "testsrc2=d=3:s=160x120:r=25", "-f", "lavfi", "-i", "sine=d=3:f=300", "-f", "lavfi", "-i", "sine=d=3:f=500"]
ENCODE = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-c:a", "aac"]
ONE, MANY = ["-map", "0", "-map", "1"], ["-map", "0", "-map", "1", "-map", "2"]


def make(name, *options, maps=ONE, more=()):
    path = SCRATCH / name
    ffmpeg(*INPUT, *more, *maps, *ENCODE, *options, path)
    return path


def box(kind, payload):
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def boxes(raw):
    at = 0
    while at + 8 <= len(raw):
        size = struct.unpack_from(">I", raw, at)[0]
        size = struct.unpack_from(">Q", raw, at + 8)[0] if size == 1 else size or len(raw) - at
        yield raw[at + 4 : at + 8], raw[at : at + size]
        at += size


def rebuilt(path, name, change):
    out = SCRATCH / name
    out.write_bytes(b"".join(change(kind, whole) for kind, whole in boxes(path.read_bytes())))
    return out


def videos():
    back = make("back.mp4")
    yield back
    yield make("front.mp4", "-movflags", "+faststart", "-metadata", "comment=old", "-metadata", "title=Their Film", "-metadata", "genre=Short")
    yield make("many.mp4", "-movflags", "+faststart", maps=MANY)
    yield make("fragmented.mp4", "-movflags", "frag_keyframe+empty_moov")
    yield make("base.mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof", maps=MANY)
    yield make("offsets.mp4", "-movflags", "frag_keyframe+omit_tfhd_offset")
    yield make("hybrid.mp4", "-movflags", "frag_keyframe")
    yield make("indexed.mp4", "-movflags", "frag_keyframe+empty_moov+global_sidx+default_base_moof")
    yield make("dash.mp4", "-movflags", "dash+frag_keyframe+empty_moov")
    yield make("cmaf.mp4", "-movflags", "cmaf+frag_keyframe+empty_moov")
    yield make("tables.mov", "-movflags", "+faststart", "-metadata", "comment=old", "-metadata", "copyright=theirs")
    yield make("back.mov", maps=MANY)
    yield make("keys.mov", "-movflags", "+use_metadata_tags+faststart", "-metadata", "comment=old", "-metadata", "copyright=old", "-metadata", "com.apple.quicktime.make=Phone")
    yield make("keys.mp4", "-movflags", "+use_metadata_tags", "-metadata", "comment=old", "-metadata", "location=here")
    yield make("timecode.mov", "-timecode", "01:00:00:00")
    chapters = SCRATCH / "chapters.txt"
    chapters.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=3000\ntitle=Two\n")
    yield make("chapters.mp4", "-map_chapters", "3", "-movflags", "+faststart", more=["-f", "ffmetadata", "-i", chapters])
    yield make("subtitles.m4v", "-movflags", "+faststart+rtphint")
    yield make("encrypted.mp4", "-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0" * 32, "-encryption_kid", "1" * 32, "-movflags", "+faststart")
    front = SCRATCH / "front.mp4"
    long = lambda whole: struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", len(whole) + 8) + whole[8:]
    # ffmpeg leaves eight bytes of free space before `mdat`: a long header fits in their place.
    yield rebuilt(back, "long.mp4", lambda kind, whole: b"" if kind == b"free" else long(whole) if kind == b"mdat" else whole)
    yield rebuilt(front, "open.mp4", lambda kind, whole: b"\0\0\0\0" + whole[4:] if kind == b"mdat" else whole)
    yield rebuilt(back, "room.mp4", lambda kind, whole: whole + box(b"free", bytes(9_000)) + box(b"uuid", bytes(range(16)) + b"theirs") if kind == b"moov" else whole)
    itunes = MP4(make("itunes.mp4", "-movflags", "+faststart"))
    itunes["\xa9cmt"], itunes["\xa9gen"], itunes["----:com.apple.iTunes:THEIRS"] = ["old"], ["Short"], [b"kept"]
    itunes.save()
    yield SCRATCH / "itunes.mp4"


def check(path, sidecar):
    name = path.name
    before = hashlib.sha256(path.read_bytes()).digest()
    stamped, twice = SCRATCH / f"stamped-{name}", SCRATCH / f"twice-{name}"
    for old, new in ((path, stamped), (stamped, twice)):
        done = clearcue("stamp", old, "--licence", sidecar, "--out", new)
        expect(f"{name}: can be stamped", done.returncode == 0, done.stderr)
        if done.returncode != 0:
            return
    expect(f"{name}: the video itself is as it was", hashlib.sha256(path.read_bytes()).digest() == before)
    expect(f"{name}: every packet is the same, at its time", packets(path) == packets(stamped))
    if name != "encrypted.mp4":
        expect(f"{name}: every frame is the same", decoded(path, "v") == decoded(stamped, "v"))
        expect(f"{name}: every sample is the same", decoded(path) == decoded(stamped))
    seek = ["-ss", "1.9", "-i"]
    expect(f"{name}: jumping lands in the same place", ffmpeg(*seek, path, "-c", "copy", "-f", "framemd5", "-").stdout == ffmpeg(*seek, stamped, "-c", "copy", "-f", "framemd5", "-").stdout)
    (old, was), (tags, now) = probe(path), probe(stamped)
    length = lambda document: [s.get("duration") for s in document["streams"]] + [document["format"]["duration"]]
    expect(f"{name}: ffprobe sees the same lengths", length(was) == length(now))
    expect(f"{name}: ffprobe shows the comment", tags.get("comment") == LINE, tags)
    expect(f"{name}: ffprobe shows the copyright", LINE in tags.get("copyright", ""), tags)
    lost = {k: v for k, v in old.items() if k not in ("comment", "copyright") and tags.get(k) != v}
    expect(f"{name}: ffprobe's other tags are kept", not lost, (lost, tags))
    expect(f"{name}: stamping twice is stamping once", stamped.read_bytes() == twice.read_bytes())
    answer = clearcue("verify", stamped, "--issuer", SCRATCH / "keys.json")
    expect(f"{name}: clearcue verify answers valid", answer.returncode == 0, answer)
    kinds = lambda file: {kind for kind, _ in boxes(file.read_bytes())} - {b"free", b"uuid"}
    expect(f"{name}: no box is lost", kinds(path) <= kinds(stamped), kinds(path) - kinds(stamped))


def large(sidecar):
    """Six sparse GiB between the video's chunks and its end: positions need 64 bits."""
    raw = dict(boxes((SCRATCH / "front.mp4").read_bytes()))
    path, stamped = SCRATCH / "large.mp4", SCRATCH / "stamped-large.mp4"
    with path.open("wb") as file:
        file.write(raw[b"ftyp"] + raw[b"moov"])
        old = raw[b"mdat"][8:]
        size = 6 << 30
        # The long header is eight bytes longer than the one the tables were made for.
        file.write(struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", size))
        start = file.tell()
        file.write(old)
        file.truncate(start - 16 + size)
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = ["/usr/bin/env", "bash", "-c", 'ulimit -v 400000; exec "$@"', "-", target() / "clearcue", "stamp", path, "--licence", sidecar, "--out", stamped]
    done = run(*command, check=False)
    seconds = time.monotonic() - began
    expect("large.mp4: six GiB are stamped in 400 MB of address space", done.returncode == 0, done.stderr)
    if done.returncode == 0:
        print(f"six GiB in {seconds:.1f} s, {6144 / seconds:.0f} MiB/s")
        grown = stamped.stat().st_size - path.stat().st_size
        expect("large.mp4: it grew by the tags alone", 0 <= grown < 10_000, grown)
        answer = clearcue("verify", stamped, "--issuer", SCRATCH / "keys.json")
        expect("large.mp4: clearcue verify answers valid", answer.returncode == 0, answer)
    for file in (path, stamped):
        file.unlink(missing_ok=True)


def refused(sidecar):
    """What can't be stamped is refused in one line, and nothing is left behind."""
    back = SCRATCH / "back.mp4"
    raw = back.read_bytes()
    part = lambda *kinds: b"".join(whole for kind, whole in boxes((SCRATCH / "fragmented.mp4").read_bytes()) if kind in kinds)
    for name, content in {
        "cut.mp4": raw[: len(raw) // 2],
        "unfinished.mp4": b"".join(w for k, w in boxes(raw) if k != b"moov"),
        "segment.m4s": box(b"styp", b"msdh\0\0\0\0msdh") + part(b"moof", b"mdat"),
        "compressed.mov": box(b"ftyp", b"qt  \0\0\0\0") + box(b"moov", box(b"cmov", b"")) + box(b"mdat", b"x"),
        "words.mp4": b"this is no video at all",
    }.items():
        path, out = SCRATCH / name, SCRATCH / f"never-{name}"
        path.write_bytes(content)
        done = clearcue("stamp", path, "--licence", sidecar, "--out", out)
        lines = done.stderr.decode().strip().splitlines()
        expect(f"{name}: is refused in one line", done.returncode == 1 and len(lines) == 1, done)
        expect(f"{name}: nothing is left behind", not out.exists() and not list(SCRATCH.glob(".*part")))


if __name__ == "__main__":
    built("-p", "licence-key", "--example", "media")
    built("--bin", "clearcue")
    (SCRATCH / "keys.json").write_bytes(ours("keys").stdout)
    sidecar = SCRATCH / "song.wav.licence.jwt"
    sidecar.write_bytes(ours("token").stdout)
    for path in videos():
        check(path, sidecar)
    refused(sidecar)
    large(sidecar)
    report("stamped videos")
