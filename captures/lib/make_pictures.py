"""Write a page with small pictures into a folder: make_pictures.py FOLDER COUNT"""

import pathlib
import random
import sys

target, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
noise = random.Random(20260000)
names = [f"picture-{number:02}.bmp" for number in range(1, count + 1)]
for name in names:  # 32 by 32 pixels, 256 shades of grey
    pixels = bytes(noise.randrange(256) for _ in range(32 * 32))
    shades = b"".join(bytes([n, n, n, 0]) for n in range(256))
    head = b"BM" + (54 + 1024 + len(pixels)).to_bytes(4, "little") + bytes(4) + (54 + 1024).to_bytes(4, "little")
    sizes = (40, 4), (32, 4), (32, 4), (1, 2), (8, 2), (0, 4), (len(pixels), 4), (2835, 4), (2835, 4), (256, 4), (0, 4)
    head += b"".join(value.to_bytes(size, "little") for value, size in sizes)
    (target / name).write_bytes(head + shades + pixels)
pictures = "\n".join(f'<img src="{name}" alt="示例 {name}">' for name in names)
(target / "index.html").write_text(
    f'<!doctype html><meta charset="utf-8"><title>示例</title><link rel="icon" href="data:,">\n{pictures}\n',
    encoding="utf-8",
)
