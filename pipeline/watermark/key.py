"""The watermark's key: a secret turned into the two tiles that are written into pictures and searched for.

Everything is cut from HMAC-SHA256 output, so the tiles depend on the secret alone and not on any library's generator.

- The chroma tile, 32x32 chips, one chip a block of 8x8 pixels. Cells with an even row + column are the same for every
  picture and serve detection. The odd cells carry a 32-bit payload: four bytes, each one of 256 keyed words of 128
  chips (128 orthogonal rows and their negatives). Whatever the payload, all 1,024 chips are keyed coin flips, which is
  what the detector's error rate rests on.
- The luma tile, 128x128 pixels of Gaussian noise shaped to the frequencies that survive both resizing and JPEG.
"""

import functools
import hashlib
import hmac
import math
import os
from dataclasses import dataclass, field

import numpy as np
from scipy.fft import irfft2, rfft2
from scipy.linalg import hadamard

__all__ = ["BLOCK", "LUMA_TILE", "TILE", "WatermarkKey", "default_key", "verification_keys"]

TILE = 32  # chips a side; 32 * 8 = 256 px, so that the smallest picture holds one whole tile
BLOCK = 8  # pixels a side of a chip's block: 4x4 coefficients of one wavelet level
LUMA_TILE = 128  # pixels a side; four tiles in the smallest picture
ORIENTATIONS = 8  # four quarter turns, each also mirrored
MAX_IMBALANCE = 4  # chips: how far the +1 may outnumber the -1, so that flat pictures do not favour a key
LUMA_BAND = (0.035, 0.19)  # cycles per pixel: below lies the picture itself, above what JPEG and resizing remove

# Public on purpose: pictures marked with it can be verified by anyone who runs Easel, and therefore be forged or
# cleaned by anyone who makes the effort. Set EASEL_WATERMARK_KEY to 32 random bytes, as text, to be the only one.
PUBLIC_SECRET = b"easel public watermark key 1"


@dataclass(frozen=True, eq=False)
class WatermarkKey:
    """Tiles of one secret. The secret itself is not kept.

    Attributes:
        key_id: 8 hex digits that name the key without giving it away.
        chips: (32, 32) float32 of +1 and -1: the chroma tile of a picture without payload.
        words: (4, 256, 128) float32: the chips of each payload byte's 256 words.
        luma: (128, 128) float32 with standard deviation 1: the luma tile.
    """

    key_id: str
    chips: np.ndarray = field(repr=False)
    words: np.ndarray = field(repr=False)
    luma: np.ndarray = field(repr=False)
    luma_spectrum: np.ndarray = field(repr=False)  # (128, 65): of the noise before shaping
    luma_turned: np.ndarray = field(repr=False)  # (8, 64, 32): its low band, of the noise in every orientation

    @classmethod
    def from_secret(cls, secret: bytes) -> "WatermarkKey":
        """The key of a secret of at least 16 bytes. The same secret gives the same key everywhere."""
        if not isinstance(secret, bytes) or len(secret) < 16:
            raise ValueError(
                f"`secret` takes at least 16 bytes, got {len(secret) if isinstance(secret, bytes) else type(secret)}. "
                "Make one with `python -c 'import secrets; print(secrets.token_hex(32))'`."
            )
        return _from_secret(secret)

    def tile(self, payload: int | None) -> np.ndarray:
        """(32, 32) float32 of +1 and -1: the chroma tile that carries a payload of 32 bits, or none."""
        if payload is None:
            return self.chips
        if not (isinstance(payload, int) and 0 <= payload < 2**32):
            raise ValueError(f"`payload` takes a whole number of 32 bits, got {payload!r}.")
        tile = self.chips.copy()
        for group, symbol in enumerate(payload.to_bytes(4, "big")):
            tile[PAYLOAD_CELLS[group]] = self.words[group, symbol]
        return tile


DETECTION_CELLS = (np.add.outer(np.arange(TILE), np.arange(TILE)) % 2 == 0).astype(np.float32)  # (32, 32)
# Four (rows, columns) index pairs of 128 cells each, interleaved so that a covered corner hurts all bytes alike.
PAYLOAD_CELLS = [tuple(axis[group::4] for axis in np.nonzero(DETECTION_CELLS == 0)) for group in range(4)]
LUMA_SHAPE = np.hypot(np.fft.fftfreq(LUMA_TILE)[:, None], np.fft.rfftfreq(LUMA_TILE)[None])  # cycles per pixel
LUMA_SHAPE = 1 / (1 + (LUMA_BAND[0] / np.maximum(LUMA_SHAPE, 1e-6)) ** 6) / (1 + (LUMA_SHAPE / LUMA_BAND[1]) ** 8)
LUMA_SHAPE = LUMA_SHAPE.astype(np.float32)  # (128, 65)
LUMA_ROWS = np.fft.fftfreq(LUMA_TILE // 2, 2 / LUMA_TILE).astype(int)  # 0 to 31, -32 to -1
LUMA_LOW = np.ix_(LUMA_ROWS % LUMA_TILE, np.arange(LUMA_TILE // 4))  # (64, 32): below 0.25 cycles per pixel


def orient(array: np.ndarray, orientation: int) -> np.ndarray:
    """Turn the last two axes: 0..3 quarter turns, then mirrored from left to right for 4..7."""
    turned = np.rot90(array, orientation % 4, axes=(-2, -1))
    return turned[..., ::-1] if orientation >= 4 else turned


def default_key() -> WatermarkKey:
    """The key that pictures are marked with: EASEL_WATERMARK_KEY, or the public one where that is not set."""
    return WatermarkKey.from_secret(os.environ.get("EASEL_WATERMARK_KEY", "").encode() or PUBLIC_SECRET)


def verification_keys() -> list[WatermarkKey]:
    """The keys to search pictures for: the current one, then EASEL_WATERMARK_OLD_KEYS (separated by commas)."""
    old = [text.strip() for text in os.environ.get("EASEL_WATERMARK_OLD_KEYS", "").split(",")]
    return [default_key(), *(WatermarkKey.from_secret(text.encode()) for text in old if text)]


@functools.lru_cache(maxsize=16)
def _from_secret(secret: bytes) -> WatermarkKey:
    chips = _balanced_chips(secret)
    masks = _chips(secret, "words", 4 * 128).reshape(4, 1, 128)
    # Columns in a keyed order: rows of a Hadamard matrix are equal on whole halves, and a crop may leave just those.
    order = np.frombuffer(_stream(secret, "order", 4 * 128 * 4), ">u4").reshape(4, 128).argsort(axis=1, kind="stable")
    rows = hadamard(128).astype(np.float32)[:, order].transpose(1, 0, 2)
    words = masks * np.concatenate([rows, -rows], axis=1)

    # Box-Muller: two 32-bit uniforms make two normals.
    uniform = (np.frombuffer(_stream(secret, "luma", 4 * LUMA_TILE**2), ">u4") + 0.5) / 2**32
    radius, angle = np.sqrt(-2 * np.log(uniform[::2])), 2 * math.pi * uniform[1::2]
    noise = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)]).reshape(LUMA_TILE, LUMA_TILE)
    spectrum = np.asarray(rfft2(noise))
    luma = np.asarray(irfft2(spectrum * LUMA_SHAPE, s=noise.shape))
    # What a picture looks like in orientation i is what the tile turned back from it looks like in the picture.
    undone = [orient(noise, -i if i < 4 else i) for i in range(ORIENTATIONS)]
    return WatermarkKey(
        key_id=hmac.digest(secret, b"id", "sha256").hex()[:8],
        chips=chips,
        words=words,
        luma=(luma / luma.std()).astype(np.float32),
        luma_spectrum=spectrum.astype(np.complex64),
        luma_turned=np.stack([np.asarray(rfft2(turned))[LUMA_LOW] for turned in undone]).astype(np.complex64),
    )


def _balanced_chips(secret: bytes) -> np.ndarray:
    """(32, 32) chips, redrawn until both the detection cells and the whole tile are balanced."""
    for attempt in range(10_000):  # one draw in 33 will do
        chips = _chips(secret, f"tile {attempt}", TILE * TILE).reshape(TILE, TILE)
        if max(abs((chips * DETECTION_CELLS).sum()), abs(chips.sum())) <= MAX_IMBALANCE:
            return chips
    raise AssertionError("no balanced tile in 10,000 draws")


def _chips(secret: bytes, label: str, count: int) -> np.ndarray:
    bits = np.unpackbits(np.frombuffer(_stream(secret, label, count // 8), np.uint8))
    return bits.astype(np.float32) * 2 - 1


def _stream(secret: bytes, label: str, length: int) -> bytes:
    """`length` keyed bytes: HMAC-SHA256 of the label and a counter."""
    blocks = (hmac.digest(secret, f"{label}:{i}".encode(), hashlib.sha256) for i in range(-(-length // 32)))
    return b"".join(blocks)[:length]
