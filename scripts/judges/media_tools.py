"""What the media checks share: running our program, ffmpeg and ffprobe, and keeping count."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRATCH = Path(tempfile.mkdtemp(prefix="clearcue-judges-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
CODE = "7K3M9-QXD4T-0RWPD"
LINE = f"Licence {CODE} https://store.example/l/{CODE}"
TITLE, ARTIST = "Nachtfahrt – ночь 🌙", "Zoë & <Ångström>"
passed, faults = 0, []


def run(*command, check=True, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, **more)
    if check and done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}:\n{done.stderr.decode(errors='replace')}")
    return done


def built(*arguments):
    subprocess.run(["cargo", "build", "--quiet", "--locked", *arguments], cwd=ROOT, check=True)


def target():
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"


def ours(*arguments, check=True):
    """The example `media` of the crate licence-key."""
    return run(target() / "examples" / "media", *arguments, check=check)


def clearcue(*arguments):
    """The program, with nobody's configuration around it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CLEARCUE_")}
    clean |= {"HOME": str(SCRATCH), "XDG_CONFIG_HOME": str(SCRATCH)}
    return run(target() / "clearcue", *arguments, check=False, env=clean, cwd=SCRATCH)


def ffmpeg(*arguments, check=True):
    return run("ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, check=check)


def probe(path):
    """ffprobe's tags in lower case, of the file and of its streams, covers left out."""
    shown = lambda stream: not stream["disposition"]["attached_pic"]
    done = run("ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", path)
    document = json.loads(done.stdout)
    tags = {}
    for holder in [*filter(shown, document["streams"]), document["format"]]:
        tags |= {k.lower(): v for k, v in holder.get("tags", {}).items()}
    return tags, document


def decoded(path, what="a"):
    """MD5 of every sample ffmpeg decodes."""
    done = ffmpeg("-i", path, "-map", f"0:{what}", "-f", "streamhash", "-hash", "md5", "-")
    return done.stdout.decode()


def packets(path):
    """Times and MD5 of every packet of every stream, undecoded."""
    lines = ffmpeg("-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", "-").stdout.decode()
    # Ogg keeps comments in what ffmpeg calls extra data.
    # and repeats beside the first packet.
    return [line.split(", S=")[0] for line in lines.splitlines() if not line.startswith("#extradata")]


def expect(what, condition, more=""):
    global passed
    if condition:
        passed += 1
    else:
        faults.append(what)
        print(f"FAULT {what} {more}", file=sys.stderr)


def report(name):
    print(f"{name}: {passed} things as they should be, {len(faults)} not")
    raise SystemExit(1 if faults else 0)
