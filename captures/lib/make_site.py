"""Write the sample page (HTML, style, a picture, a sound) into a folder.

The picture and the sound are computed, the same on every run.
"""

import array
import math
import pathlib
import random
import shutil
import struct
import sys
import wave
import zlib


def png(path, width=240, height=180):
    noise = random.Random(20260000)
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            face = (x - 120) ** 2 + (y - 80) ** 2 < 2500 or (x - 120) ** 2 / 2 + (y - 190) ** 2 < 3600
            base = (205, 160, 120) if face else (60 + y // 2, 110 + x // 4, 190)
            rows += bytes(v + noise.randrange(16) for v in base)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + chunk(b"IEND", b"")
    )


def tone(path, seconds=8, rate=8000):
    notes = (262, 294, 330, 349, 392, 440, 494, 523)
    samples = array.array(
        "h",
        (int(9000 * math.sin(2 * math.pi * notes[i // rate % len(notes)] * i / rate)) for i in range(seconds * rate)),
    )
    with wave.open(str(path), "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(rate)
        f.writeframes(samples.tobytes())


target = pathlib.Path(sys.argv[1])
shutil.copytree(pathlib.Path(__file__).parent / "site", target)
png(target / "photo.png")
tone(target / "intro.wav")
