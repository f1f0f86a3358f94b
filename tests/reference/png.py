"""PNG byte by byte, after its specification (W3C, third edition), without filters."""

import struct
import zlib

TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> colour type


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def header(width, height, *, depth=8, channels=1):
    """The signature and the first chunk, which say how large the image is."""
    fields = struct.pack(">IIBBBBB", width, height, depth, TYPES[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", fields)


def png(pixels, *, before=b"", depth=None):
    """A file of pixels `(height, width, channels)`, with chunks of one's own before the data."""
    height, width, channels = pixels.shape
    depth = depth or 8 * pixels.itemsize
    rows = b"".join(b"\0" + _row(row, depth) for row in pixels)
    start = header(width, height, depth=depth, channels=channels)
    return start + before + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _row(row, depth):
    if depth >= 8:
        return row.astype(f">u{depth // 8}").tobytes()
    bits = "".join(f"{value:0{depth}b}" for value in row.ravel())
    return bytes(int(bits[place : place + 8].ljust(8, "0"), 2) for place in range(0, len(bits), 8))
