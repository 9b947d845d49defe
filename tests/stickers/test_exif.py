"""What a sticker tells of itself. Example run: python -m pytest tests/stickers/test_exif.py"""

import io

import pytest
from PIL import Image

from pipeline.stickers.encode import encode
from pipeline.stickers.exif import read_sticker_exif, sticker_exif


@pytest.mark.parametrize("max_bytes", [None, 1500])
def test_what_is_written_into_a_webp_is_read_from_it_and_counts_to_its_bytes(max_bytes):
    picture = Image.effect_noise((64, 64), 90).convert("RGBA")
    exif = sticker_exif("Füchse", "Ich", ("🦊", "👍🏽"), "A fox, très content")
    data, _ = encode(picture, "WEBP", max_bytes, exif)
    assert max_bytes is None or len(data) <= max_bytes
    told = read_sticker_exif(data)
    assert told["emojis"] == ["🦊", "👍🏽"] and told["accessibility-text"] == "A fox, très content"
    assert told["sticker-pack-name"] == "Füchse" and told["sticker-pack-publisher"] == "Ich"
    assert dict(Image.open(io.BytesIO(data)).getexif()).keys() == {0x5741}


@pytest.mark.parametrize("data", [b"", b"no picture", encode(Image.new("RGBA", (8, 8)), "WEBP")[0]])
def test_what_tells_nothing_is_empty(data):
    assert read_sticker_exif(data) == {}
