"""Content Credentials: signed files are recognised, changed ones are not, pixels and text stay as they were.

Example run: pytest tests/provenance/test_credentials.py
"""

import io
import stat

import numpy as np
import pytest
from PIL import Image

from pipeline.provenance import credentials
from pipeline.provenance.credentials import (
    SOFT_BINDING,
    SOURCE_TYPE,
    CredentialsError,
    available,
    read_credentials,
    sign_credentials,
    without_credentials,
)
from pipeline.recipe import Recipe, png_info, read_png

needs_c2pa = pytest.mark.skipif(not available(), reason="the optional package c2pa-python is not installed")


def draw(kind: str = "PNG", **options) -> bytes:
    pixels = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert("RGB").save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "credentials"


@needs_c2pa
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_signed_file_is_trusted_here_and_valid_elsewhere(directory, tmp_path, kind):
    data = draw(kind)
    signed = sign_credentials(data, directory)
    assert 1_000 < len(signed) - len(data) < 8_000  # no thumbnail
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(signed))), np.asarray(Image.open(io.BytesIO(data))))
    here = read_credentials(signed, directory)
    assert (here.state, here.generator, here.generated, here.problems) == ("Trusted", "Easel", True, ())
    assert "drawn by a trained model" in here.sentence and "made here" in here.sentence
    elsewhere = read_credentials(signed, tmp_path / "nobody")
    assert elsewhere.state == "Valid" and "not known here" in elsewhere.sentence


@needs_c2pa
def test_the_png_text_survives_signing(directory):
    recipe = Recipe(prompt="a red apple 🍎", seed=7)
    signed = sign_credentials(draw(pnginfo=png_info(recipe)), directory)
    assert read_png(Image.open(io.BytesIO(signed))) == recipe


@needs_c2pa
def test_one_changed_byte_breaks_the_seal(directory):
    signed = bytearray(sign_credentials(draw("PNG"), directory))
    signed[signed.index(b"IDAT") + 30] ^= 1
    found = read_credentials(bytes(signed), directory)
    assert found.state == "Invalid" and "assertion.dataHash.mismatch" in found.problems
    assert "do not rely" in found.sentence


@needs_c2pa
def test_a_picture_saved_anew_has_none(directory):
    signed = sign_credentials(draw(), directory)
    buffer = io.BytesIO()
    Image.open(io.BytesIO(signed)).save(buffer, "PNG")
    assert read_credentials(buffer.getvalue(), directory) is None
    assert read_credentials(draw(), directory) is None


@needs_c2pa
def test_the_certificate_is_made_once_and_its_key_is_private(directory):
    sign_credentials(draw(), directory)
    before = (directory / "key.pem").read_bytes()
    sign_credentials(draw(), directory)
    assert (directory / "key.pem").read_bytes() == before
    assert stat.S_IMODE((directory / "key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert [path.name for path in directory.parent.iterdir()] == ["credentials"]


@needs_c2pa
def test_what_signatures_share_is_made_once_and_anew_for_another_certificate(directory, tmp_path):
    credentials._desk.cache_clear()
    for _ in range(3):
        assert read_credentials(sign_credentials(draw(), directory), directory).state == "Trusted"
    assert credentials._desk.cache_info().misses <= 2  # two where ten minutes ended meanwhile
    assert read_credentials(sign_credentials(draw(), tmp_path / "other"), directory).state == "Valid"


@needs_c2pa
def test_the_environment_names_the_certificate(directory, monkeypatch, tmp_path):
    monkeypatch.setenv("EASEL_CREDENTIALS", str(directory))
    signed = sign_credentials(draw())
    assert (directory / "certificate.pem").exists() and read_credentials(signed).state == "Trusted"
    monkeypatch.setenv("EASEL_CREDENTIALS", str(tmp_path / "another"))
    assert read_credentials(signed).state == "Valid"


@needs_c2pa
def test_a_certificate_that_is_none_is_an_error_in_words(directory):
    directory.mkdir()
    (directory / "certificate.pem").write_text("no certificate", encoding="utf-8")
    (directory / "key.pem").write_text("no key", encoding="utf-8")
    with pytest.raises(CredentialsError, match="not signed"):
        sign_credentials(draw(), directory)
    (directory / "key.pem").unlink()
    with pytest.raises(CredentialsError, match="key.pem"):
        sign_credentials(draw(), directory)


@needs_c2pa
@pytest.mark.parametrize("data", [b"", b"GIF89a", draw("BMP")])
def test_other_formats_are_refused(directory, data):
    with pytest.raises(CredentialsError, match="PNG, JPEG, WebP or AVIF"):
        sign_credentials(data, directory)
    assert read_credentials(data, directory) is None


@needs_c2pa
def test_a_file_cut_short_is_no_traceback(directory):
    signed = sign_credentials(draw(), directory)
    for length in (9, 40, 2000, len(signed) - 20):
        found = read_credentials(signed[:length], directory)
        assert found is None or found.state == "Invalid"


def test_without_the_package_signing_says_what_to_install(monkeypatch, directory):
    monkeypatch.setattr(credentials.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CredentialsError, match="requirements.txt"):
        sign_credentials(draw(), directory)
    assert read_credentials(draw(), directory) is None


def test_credentials_that_are_kept_elsewhere_are_not_called_invalid(directory):
    c2pa = pytest.importorskip("c2pa", reason="the optional package c2pa-python is not installed")
    buffer, output = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(buffer, "JPEG")
    sign_credentials(buffer.getvalue(), directory)  # makes the certificate
    chain, key = (directory / "certificate.pem").read_bytes(), (directory / "key.pem").read_bytes()
    made = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}
    actions = [{"label": "c2pa.actions", "data": {"actions": [made]}}]
    manifest = {"claim_generator_info": [{"name": "x", "version": "1"}], "format": "image/jpeg", "assertions": actions}
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None))
    with c2pa.Builder(manifest) as builder:
        builder.set_no_embed()
        builder.set_remote_url("https://easel.example/manifest.c2pa")
        builder.sign(signer, "image/jpeg", io.BytesIO(buffer.getvalue()), output)
    found = read_credentials(output.getvalue(), directory)
    assert found is not None and found.state == "Elsewhere" and not found.generated
    assert "not checked" in found.sentence and "do not rely" not in found.sentence


@needs_c2pa
def test_a_png_is_as_it_was_before_it_was_signed(directory):
    data = draw(pnginfo=png_info(Recipe(prompt="a cat")))
    signed = [sign_credentials(data, directory) for _ in range(2)]
    assert signed[0] != signed[1] and [without_credentials(one) for one in signed] == [data, data]
    assert without_credentials(data) == data


@pytest.mark.parametrize("cut", [10, 20, -3])
def test_a_png_that_is_cut_short_is_refused(cut):
    with pytest.raises(ValueError, match="`png` takes a whole PNG file, got one that is cut short"):
        without_credentials(draw()[:cut])


@pytest.mark.parametrize("data", [b"", draw("JPEG")])
def test_what_is_no_png_has_nothing_taken_away(data):
    with pytest.raises(ValueError, match="`png` takes a PNG file, got bytes that start with"):
        without_credentials(data)


@needs_c2pa
def test_the_mark_is_said_in_the_manifest_and_only_there(directory):
    signed = sign_credentials(draw(), directory, mark="8adc89f9:0000002a")
    assert read_credentials(signed, directory).mark == "8adc89f9:0000002a"
    assert read_credentials(sign_credentials(draw(), directory), directory).mark is None


@pytest.mark.parametrize(
    ("assertions", "mark"),
    [
        ([{"data": {"alg": SOFT_BINDING, "blocks": [{"scope": {}, "value": "a:1"}, {"value": "b:2"}]}}], "a:1"),
        ([{"data": {"alg": "another's", "blocks": [{"value": "c:3"}]}}], None),
        (
            [{"data": {"alg": SOFT_BINDING, "blocks": []}}, {"data": {"alg": SOFT_BINDING, "blocks": [{"value": 4}]}}],
            None,
        ),
        ([{"data": {"alg": SOFT_BINDING, "blocks": None}}], None),
        (["text", {"data": [1]}, {}, {"data": None}], None),
    ],
)
def test_the_mark_is_that_of_our_own_binding(assertions, mark):
    assert credentials._mark(assertions) == mark


@pytest.mark.parametrize(
    ("state", "generator", "generated", "said"),
    [
        ("Trusted", "Easel", True, "made here: drawn by a trained model by Easel, unchanged since."),
        ("Valid", None, False, "Content Credentials: signed, unchanged since; who signed it is not known here."),
        ("Invalid", "x", True, r"do not fit this file (a.b, c.d): do not rely on them."),
    ],
)
def test_what_is_found_is_said_in_words(state, generator, generated, said):
    found = credentials.FileCredentials(state, generator, generated, ("a.b", "c.d") if state == "Invalid" else ())
    assert said in found.sentence


def test_the_folder_is_the_named_one_or_lies_in_the_users_configuration(monkeypatch, tmp_path):
    monkeypatch.setenv("EASEL_CREDENTIALS", f" {tmp_path}/own ")
    assert credentials._default_directory() == tmp_path / "own"
    monkeypatch.setenv("EASEL_CREDENTIALS", " ")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert credentials._default_directory() == tmp_path / "easel" / "credentials"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert credentials._default_directory() == tmp_path / "home" / ".config" / "easel" / "credentials"
