#!/usr/bin/env python3
"""Keys in sound files, judged by other people's tools: real files of every delivered format are
made with ffmpeg and mutagen, marked by us, and then

- ffmpeg decodes both: every sample is the same;
- ffprobe, mutagen and wavinfo read comment, copyright, title and artist, mutagen the token too;
- tags and chunks of others are still there; marking twice changes nothing;
- ffmpeg converts the marked files, and the code is looked for in what comes out.

Needs ffmpeg, and from PyPI mutagen and wavinfo.
"""

import hashlib
import struct

import mutagen
import mutagen.apev2
import mutagen.id3
import wavinfo
from mutagen.flac import FLAC, Picture
from mutagen.mp4 import MP4

from media_tools import *

SOUND = ["-f", "lavfi", "-i", "sine=f=330:d=4:r=44100,tremolo=f=5"]
THEIRS = ["-metadata", "album=Their Album – ü", "-metadata", "comment=old", "-metadata", "genre=Jazz"]


def make(name, *options, source=SOUND):
    path = SCRATCH / name
    ffmpeg(*source, *options, path)
    return path


def chunk(id, payload):
    return id + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


def rebuilt(path, name, change):
    """A WAV of the chunks that `change` makes of those in `path`."""
    raw, at, chunks = path.read_bytes(), 12, []
    while at + 8 <= len(raw):
        size = struct.unpack_from("<I", raw, at + 4)[0]
        chunks.append((raw[at : at + 4], raw[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    body = b"WAVE" + change(chunks)
    out = SCRATCH / name
    out.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return out


def wavs():
    plain = make("16.wav", "-c:a", "pcm_s16le", *THEIRS)
    yield plain
    yield make("24.wav", "-c:a", "pcm_s24le", "-ar", "96000", *THEIRS)
    yield make("float.wav", "-c:a", "pcm_f32le", "-ac", "2")
    yield make("u8.wav", "-c:a", "pcm_u8", "-ac", "1", "-t", "1.00003")
    yield make("surround.wav", "-c:a", "pcm_s16le", "-af", "pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0")
    yield make("rf64.wav", "-c:a", "pcm_s16le", "-rf64", "always", *THEIRS)
    yield make("bext.wav", "-c:a", "pcm_s16le", "-write_bext", "1", "-metadata", "description=Take 7")
    piped = SCRATCH / "piped.wav"
    piped.write_bytes(ffmpeg(*SOUND, "-c:a", "pcm_s16le", "-f", "wav", "-").stdout)
    yield piped
    with_all = lambda chunks: b"".join(
        chunk(id, data) + (chunk(b"iXML", b"<BWFXML><SCENE>9</SCENE></BWFXML>") if id == b"fmt " else b"")
        for id, data in chunks if id != b"LIST"
    )
    yield rebuilt(plain, "ixml.wav", with_all)
    cue = struct.pack("<IIIIIII", 1, 1, 400, 0x61746164, 0, 0, 400)
    yield rebuilt(plain, "cue.wav", lambda c: with_all(c) + chunk(b"cue ", cue) + chunk(b"LIST", b"adtl" + chunk(b"labl", b"\1\0\0\0Hook\0")))
    odd = lambda c: b"".join(chunk(id, data[:-1] if id == b"data" else data) for id, data in c)
    yield rebuilt(SCRATCH / "u8.wav", "odd.wav", odd)
    yield rebuilt(SCRATCH / "u8.wav", "unpadded.wav", lambda c: b"".join(chunk(i, d) for i, d in c if i == b"fmt ") + b"".join(i + struct.pack("<I", len(d) // 2 * 2 - 1) + d[: len(d) // 2 * 2 - 1] for i, d in c if i == b"data") + chunk(b"LIST", b"INFO" + chunk(b"IPRD", b"Their Album\0")))
    yield rebuilt(plain, "cut.wav", lambda c: b"".join(i + struct.pack("<I", len(d)) + d[: len(d) - (9_000 if i == b"data" else 0)] for i, d in c if i != b"LIST"))
    yield rebuilt(plain, "latin.wav", lambda c: chunk(b"LIST", b"INFO" + chunk(b"IPRD", b"Caf\xe9\0")) + b"".join(chunk(i, d) for i, d in c if i != b"LIST"))


def cover():
    path = SCRATCH / "cover.png"
    if not path.exists():
        ffmpeg("-f", "lavfi", "-i", "nullsrc=s=600x600,geq=random(1)*255:128:128", "-frames:v", "1", path)
    return path


def picture():
    art = Picture()
    art.data, art.mime, art.type = cover().read_bytes(), "image/png", 3
    return art


def flacs():
    yield make("plain.flac", "-c:a", "flac", *THEIRS)
    yield make("24.flac", "-c:a", "flac", "-sample_fmt", "s32", "-ar", "96000", "-ac", "2")
    full = FLAC(make("picture.flac", "-c:a", "flac", *THEIRS))
    full.add_picture(picture())
    full.save(padding=lambda _: 0)
    yield SCRATCH / "picture.flac"
    none = FLAC(make("unpadded.flac", "-c:a", "flac"))
    none.save(padding=lambda _: 0)
    yield SCRATCH / "unpadded.flac"
    bare = FLAC(make("untagged.flac", "-c:a", "flac", "-bitexact"))
    bare.metadata_blocks = [b for b in bare.metadata_blocks if b.code not in (1, 4)]
    bare.save(padding=lambda _: 0)
    yield SCRATCH / "untagged.flac"
    raw = (SCRATCH / "plain.flac").read_bytes()
    tag = mutagen.id3.ID3()
    tag.add(mutagen.id3.TALB(encoding=3, text="Their Album"))
    tag.save(SCRATCH / "front.id3")
    front = SCRATCH / "id3.flac"
    front.write_bytes((SCRATCH / "front.id3").read_bytes() + raw + b"TAG" + b" " * 125)
    yield front


def mp3s():
    yield make("cbr.mp3", "-b:a", "128k", *THEIRS)
    yield make("vbr.mp3", "-q:a", "4", *THEIRS)
    yield make("bare.mp3", "-b:a", "96k", "-id3v2_version", "0", "-write_xing", "0")
    yield make("v23.mp3", "-q:a", "2", "-id3v2_version", "3", "-write_id3v1", "1", *THEIRS)
    yield make("mono.mp3", "-b:a", "32k", "-ar", "22050", "-ac", "1")
    ape = mutagen.apev2.APEv2()
    ape["Album"] = "Their Album"
    ape.save(make("ape.mp3", "-b:a", "128k", *THEIRS))
    yield SCRATCH / "ape.mp3"
    rich = mutagen.id3.ID3(make("rich.mp3", "-b:a", "128k", "-write_id3v1", "1", *THEIRS))
    rich.add(mutagen.id3.APIC(3, "image/png", 3, "Cover", cover().read_bytes()))
    rich.add(mutagen.id3.PRIV(owner="them", data=bytes(range(256))))
    rich.add(mutagen.id3.UFID(owner="http://them", data=b"1234"))
    rich.add(mutagen.id3.COMM(3, "deu", "Notiz", "bleibt"))
    rich.add(mutagen.id3.CHAP("ch1", 0, 1000, None, None, sub_frames=[mutagen.id3.TIT2(3, "Hook")]))
    rich.add(mutagen.id3.RVA2("track", 1, -3.5, 0.9))
    rich.add(mutagen.id3.TXXX(3, "REPLAYGAIN_TRACK_GAIN", "-3.5 dB"))
    rich.save()
    yield SCRATCH / "rich.mp3"
    rich.save(SCRATCH / "rich.mp3")
    v23 = SCRATCH / "rich23.mp3"
    v23.write_bytes((SCRATCH / "rich.mp3").read_bytes())
    old = mutagen.id3.ID3(v23)
    old.update_to_v23()
    old.save(v23, v2_version=3)
    yield v23


def oggs():
    yield make("plain.ogg", "-c:a", "libvorbis", *THEIRS)
    art = mutagen.File(make("cover.ogg", "-c:a", "libvorbis", "-q:a", "6", "-ac", "2", *THEIRS))
    import base64
    art["metadata_block_picture"] = [base64.b64encode(picture().write()).decode()]
    art.save()
    yield SCRATCH / "cover.ogg"
    chained = SCRATCH / "chained.ogg"
    other = make("other.ogg", "-c:a", "libvorbis", "-metadata", "album=Their Album", source=["-f", "lavfi", "-i", "sine=f=500:d=2:r=44100"])
    chained.write_bytes((SCRATCH / "plain.ogg").read_bytes() + other.read_bytes())
    yield chained
    both = SCRATCH / "video.ogg"
    if ffmpeg("-f", "lavfi", "-i", "testsrc=d=2:s=64x64", *SOUND, "-c:v", "libtheora", "-c:a", "libvorbis", "-shortest", both, check=False).returncode == 0:
        yield both
    yield make("plain.opus", "-c:a", "libopus", "-ar", "48000", *THEIRS)
    yield make("three.opus", "-c:a", "libopus", "-af", "pan=3.0|FL=c0|FR=c0|FC=c0", "-mapping_family", "1")
    gain = mutagen.File(make("gain.opus", "-c:a", "libopus", "-b:a", "24k", "-frame_duration", "60"))
    gain["R128_TRACK_GAIN"] = "-512"
    gain["metadata_block_picture"] = [base64.b64encode(picture().write()).decode()]
    gain.save()
    yield SCRATCH / "gain.opus"


def m4as():
    yield make("aac.m4a", "-c:a", "aac", *THEIRS)
    yield make("front.m4a", "-c:a", "aac", "-movflags", "+faststart", *THEIRS)
    yield make("alac.m4a", "-c:a", "alac", *THEIRS)
    art = MP4(make("cover.m4a", "-c:a", "aac", "-movflags", "+faststart", *THEIRS))
    art["covr"] = [mutagen.mp4.MP4Cover(cover().read_bytes(), mutagen.mp4.MP4Cover.FORMAT_PNG)]
    art["----:com.apple.iTunes:THEIRS"] = [b"kept"]
    art.save()
    yield SCRATCH / "cover.m4a"


def flat(value):
    return repr(value)


def mutagen_reads(path):
    """Comment, copyright, title, artist and token as mutagen sees them, each as a text."""
    tags = mutagen.File(path).tags
    if isinstance(tags, mutagen.id3.ID3):
        comments = [c for c in tags.getall("COMM") if c.desc == ""]
        pick = [comments, tags.getall("TCOP"), tags.getall("TIT2"), tags.getall("TPE1"), tags.getall("TXXX:LICENCE_TOKEN")]
        return [" ".join(str(x) for x in one) for one in pick]
    if isinstance(tags, mutagen.mp4.MP4Tags):
        names = ["\xa9cmt", "cprt", "\xa9nam", "\xa9ART", "----:com.clearcue:LICENCE_TOKEN"]
        return [" ".join(v.decode() if isinstance(v, bytes) else v for v in tags.get(n, [])) for n in names]
    return [" ".join(tags.get(n, [])) for n in ("comment", "copyright", "title", "artist", "licence_token")]


def check(path, token):
    name = path.name
    before = hashlib.sha256(path.read_bytes()).digest()
    marked, twice = SCRATCH / f"marked-{name}", SCRATCH / f"twice-{name}"
    ours("embed", path, marked)
    ours("embed", marked, twice)
    expect(f"{name}: the master is as it was", hashlib.sha256(path.read_bytes()).digest() == before)
    expect(f"{name}: every sample is the same", decoded(path) == decoded(marked))
    if name != "chained.ogg":  # ffmpeg takes the second link's headers for a packet
        expect(f"{name}: every packet is the same", packets(path) == packets(marked))
    expect(f"{name}: marking twice is marking once", decoded(twice) == decoded(marked) and len(twice.read_bytes()) <= len(marked.read_bytes()))
    tags, _ = probe(marked)
    # A number of one tool's words for the same thing.
    seen = tags.get("comment", "") + tags.get("description", "")
    expect(f"{name}: ffprobe reads the comment", LINE in seen, tags)
    expect(f"{name}: ffprobe reads the copyright", LINE in tags.get("copyright", ""), tags)
    expect(f"{name}: ffprobe reads the title", tags.get("title") == TITLE, tags)
    # Raw RIFF files without an ID3 reader show INFO; everything else has mutagen.
    comment, notice, title, artist, found = mutagen_reads(marked) if name not in ("rf64.wav", "video.ogg") else [LINE, LINE, TITLE, ARTIST, token]
    expect(f"{name}: mutagen reads comment and copyright", comment == LINE and LINE in notice, (comment, notice))
    expect(f"{name}: mutagen reads title and artist", (title, artist) == (TITLE, ARTIST), (title, artist))
    expect(f"{name}: mutagen reads the token", found == token, found)
    if path.suffix == ".wav":
        latin = name == "latin.wav"  # its other texts are no UTF-8, and stay so
        info = wavinfo.WavInfoReader(str(marked), info_encoding="latin-1" if latin else "utf-8").info
        expect(f"{name}: wavinfo reads comment and copyright", info.comment == LINE and LINE in info.copyright, info.to_dict())
        expect(f"{name}: wavinfo reads title and artist", latin or (info.title, info.artist) == (TITLE, ARTIST))
    kept(path, marked)


def kept(path, marked):
    """What others had written is still there."""
    name = path.name
    old, new = probe(path)[0], probe(marked)[0]
    ours_too = {"comment", "description", "copyright", "title", "artist", "encoder"}
    lost = {k: v for k, v in old.items() if k not in ours_too and new.get(k) != v}
    expect(f"{name}: ffprobe's other tags are kept", not lost, lost)
    if path.suffix == ".wav":
        raw = marked.read_bytes()
        for needle in (b"Take 7", b"<SCENE>9<", b"Hook", b"Caf\xe9"):
            expect(f"{name}: {needle} is kept", (needle in path.read_bytes()) == (needle in raw))
        return
    if name == "video.ogg":
        return
    was, now = mutagen.File(path), mutagen.File(marked)
    if isinstance(was.tags, mutagen.id3.ID3):
        for key, frame in was.tags.items():
            if key != "TXXX:comment" and key.split(":")[0] not in ("COMM", "TCOP", "TIT2", "TPE1", "TSSE") or key.startswith("COMM:Notiz"):
                expect(f"{name}: {key} is kept", flat(now.tags.get(key)) == flat(frame), (frame, now.tags.get(key)))
    else:
        for key, value in (was.tags or {}).items():
            if key.lower() not in ("comment", "description", "\xa9cmt", "copyright", "title", "artist", "license"):
                expect(f"{name}: {key} is kept", now.tags.get(key) == value, key)
    if isinstance(was, FLAC):
        expect(f"{name}: pictures are kept", [p.data for p in was.pictures] == [p.data for p in now.pictures])


CODECS = {"wav": "pcm_s16le", "mp3": "libmp3lame", "flac": "flac", "m4a": "aac", "ogg": "libvorbis", "opus": "libopus"}


def conversions(token):
    """Every pair, and where the code and the token are afterwards."""
    (SCRATCH / "keys.json").write_bytes(ours("keys").stdout)
    source = make("source.wav", "-c:a", "pcm_s16le", "-ar", "48000")
    rows = []
    for old in CODECS:
        plain, marked = SCRATCH / f"from.{old}", SCRATCH / f"from-marked.{old}"
        ffmpeg("-i", source, "-c:a", CODECS[old], plain)
        ours("embed", plain, marked)
        row = []
        for new in CODECS:
            out = SCRATCH / f"{old}-to.{new}"
            ffmpeg("-i", marked, "-c:a", CODECS[new], out)
            said = ours("read", out).stdout.decode()
            code, whole = f"code {CODE}" in said, f"token {token}" in said
            row.append("code and token" if code and whole else "code" if code else "token" if whole else "–")
            listed = {old, new} <= {"wav", "mp3", "flac", "m4a"}
            if listed:
                expect(f"{old} → {new}: the code survives", code)
                tags = probe(out)[0]
                expect(f"{old} → {new}: ffprobe shows it as comment and copyright", CODE in tags.get("comment", "") + tags.get("description", "") and CODE in tags.get("copyright", ""), tags)
                answer = clearcue("verify", out, "--issuer", SCRATCH / "keys.json")
                expect(f"{old} → {new}: clearcue verify finds it", CODE in answer.stdout.decode(), answer)
        rows.append((old, row))
    print("| from \\ to |", " | ".join(CODECS), "|")
    print("|---" * (len(CODECS) + 1) + "|")
    for old, row in rows:
        print(f"| {old} |", " | ".join(row), "|")


built("-p", "licence-key", "--example", "media")
built("--bin", "clearcue")
token = ours("token").stdout.decode().strip()
for family in (wavs, flacs, mp3s, oggs, m4as):
    for path in family():
        check(path, token)
conversions(token)
report("keys in sound files")
