"""Where stickers go, and what each place takes: one table, data alone.

A KB is 1,000 bytes and a KiB 1,024, as the place's own pages write it; where a page leaves it open, the smaller is
meant. Sources: the vendors' own repositories and reference pages, or pages that agree where there are none.
"""

from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["TARGETS", "Animation", "PackRules", "Target", "find_target"]

KB, KIB, MB = 1000, 1024, 1_000_000


@dataclass(frozen=True)
class Animation:
    """What a moving sticker must keep to."""

    max_bytes: int
    max_ms: int | None = None  # of all frames
    min_frame_ms: int = 0
    max_alt: int | None = None  # characters of alternative text, where it may be longer than a still one's


@dataclass(frozen=True)
class PackRules:
    """What a set of stickers must keep to; a length of None is not limited."""

    stickers: tuple[int, int]  # fewest, most
    emoji: tuple[int, int] = (0, 100)  # of each sticker: fewest, most
    keywords: tuple[int, int] | None = None  # of each sticker: most, and most characters of all of them
    min_alt: int = 0
    max_alt: int | None = None  # characters of alternative text
    max_tags: int | None = None  # characters of the words that find a sticker, one after the other
    max_title: int | None = None  # characters of the title
    max_author: int | None = None
    tray: tuple[int, int] | None = None  # side in pixels and bytes of the set's own small picture, a PNG
    mixes: bool = True  # still and moving ones in one set
    exif: bool = False  # each picture tells its emoji and description itself


@dataclass(frozen=True)
class Target:
    """One place.

    Attributes:
        name: as `--for` takes it.
        title: for people.
        size: (width, height) in pixels.
        fit: "exact", both sides are `size`; "one side", the longer is, the other at most; "at most", neither more.
        formats: what is taken, the one we write first.
        max_bytes: of one still picture.
        margin: pixels that stay free at each side, advised.
        outline: pixels of white die-cut edge, advised.
        sizes: sides of squares that are taken besides.
        even: both sides must be even.
        opaque: no transparency is taken; a ground is laid below.
        full: the picture fills its square, ground included, and no edge is laid around it.
        animation: of moving ones; None where they are not taken.
        pack: of sets; None where there are none.
        names: fewest and most characters of a sticker's name, which is the file's without its suffix.
        plain_names: of letters, digits and underscores alone.
    """

    name: str
    title: str
    size: tuple[int, int]
    formats: tuple[str, ...]
    fit: str = "exact"
    max_bytes: int | None = None
    margin: int = 0
    outline: int = 0
    sizes: tuple[int, ...] = ()
    even: bool = False
    opaque: bool = False
    full: bool = False
    animation: Animation | None = None
    pack: PackRules | None = None
    names: tuple[int, int] | None = None
    plain_names: bool = False


_ALL = (
    Target(
        "whatsapp",
        "WhatsApp sticker",
        (512, 512),
        ("WEBP",),
        max_bytes=100 * KB,
        margin=16,
        outline=8,
        animation=Animation(500 * KB, 10_000, min_frame_ms=8, max_alt=255),
        pack=PackRules(
            (3, 30), (1, 3), max_alt=125, max_title=128, max_author=128, tray=(96, 50 * KB), mixes=False, exif=True
        ),
    ),
    Target(
        "telegram",
        "Telegram sticker",
        (512, 512),
        ("WEBP", "PNG"),
        fit="one side",
        max_bytes=512 * KB,
        pack=PackRules((1, 120), (1, 20), keywords=(20, 64), max_title=64),
    ),
    Target(
        "telegram-emoji",
        "Telegram custom emoji",
        (100, 100),
        ("WEBP", "PNG"),
        pack=PackRules((1, 200), (1, 20), keywords=(20, 64), max_title=64),
    ),
    Target(
        "signal",
        "Signal sticker",
        (512, 512),
        ("WEBP", "PNG"),
        fit="at most",
        max_bytes=300 * KB,
        margin=16,
        animation=Animation(300 * KB, 3_000),
        pack=PackRules((1, 200), (1, 1)),
    ),
    Target(
        "discord-emoji",
        "Discord emoji",
        (128, 128),
        ("PNG", "WEBP", "JPEG", "GIF", "AVIF"),
        max_bytes=256 * KIB,
        animation=Animation(256 * KIB),
        pack=PackRules((1, 50)),  # what a server takes that nobody boosts
        names=(2, 32),
        plain_names=True,
    ),
    Target(
        "discord-sticker",
        "Discord sticker",
        (320, 320),
        ("PNG", "GIF"),
        max_bytes=512 * KIB,
        animation=Animation(512 * KIB, 5_000),
        pack=PackRules((1, 60), min_alt=2, max_alt=100, max_tags=200),  # what a server takes at its highest level
        names=(2, 30),
    ),
    Target(
        "slack",
        "Slack emoji",
        (128, 128),
        ("PNG", "GIF", "JPEG"),
        max_bytes=128 * KB,
        animation=Animation(128 * KB),
    ),
    Target(
        "imessage",
        "iMessage sticker",
        (408, 408),
        ("PNG", "GIF", "JPEG"),
        max_bytes=500 * KB,
        sizes=(300, 618),
        animation=Animation(500 * KB),
    ),
    Target("line", "LINE sticker", (370, 320), ("PNG",), fit="at most", max_bytes=1 * MB, margin=10, even=True),
    Target("kakao", "KakaoTalk sticker", (360, 360), ("PNG",), max_bytes=150 * KB),
    Target(
        "mastodon",
        "Mastodon or Misskey emoji",
        (128, 128),
        ("PNG", "WEBP", "GIF"),
        fit="at most",
        max_bytes=50 * KB,
        animation=Animation(50 * KB),
    ),
    Target("ios-icon", "iOS app icon", (1024, 1024), ("PNG",), opaque=True, full=True),
    Target("play-store", "Google Play icon", (512, 512), ("PNG",), full=True),
    Target("favicon", "browser tab icon", (48, 48), ("ICO",), sizes=(16, 32)),
    Target("png", "PNG of 512 px, transparent", (512, 512), ("PNG",)),
    Target("webp", "WebP of 512 px, transparent", (512, 512), ("WEBP",)),
    Target("avif", "AVIF of 512 px, transparent", (512, 512), ("AVIF",)),
)
TARGETS = MappingProxyType({target.name: target for target in _ALL})


def find_target(name: str) -> Target:
    """Raises ValueError, with the names there are, for another."""
    if name not in TARGETS:
        raise ValueError(f"There is no target {name!r}. Choose one of {', '.join(TARGETS)}.")
    return TARGETS[name]
