"""Multipart forms. Example run: python -m pytest tests/serve/test_forms.py"""

import pytest

from pipeline.serve.forms import MAX_PARTS, MAX_TEXT, read_form

TYPE = "multipart/form-data; boundary=edge"


def body(*parts: tuple[str, bytes]) -> bytes:
    lines = [
        b"--edge\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + data for head, data in parts
    ]
    return b"\r\n".join([*lines, b"--edge--\r\n"])


def test_fields_and_files_come_apart_and_lists_are_written_as_clients_do():
    form = read_form(
        body(
            ('name="prompt"', "a cät".encode()),
            ('name="image"; filename="a.png"', b"\x89PNG\r\n"),
            ('name="image[]"; filename="b.png"', b"b"),
            ('name="image[1]"; filename="c.png"', b""),
            ('name="mask"; filename="m.png"', b"m"),
        ),
        TYPE,
    )
    assert form.text == {"prompt": "a cät"}
    assert form.files("image") == [b"\x89PNG\r\n", b"b", b""] and form.files("mask") == [b"m"]
    assert form.files("nothing") == []


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"{}", "application/json", "multipart/form-data"),
        (b"", "multipart/form-data", "multipart/form-data"),
        (b"no edge at all", TYPE, "cannot be read"),
        (body(*[(f'name="{number}"', b"") for number in range(MAX_PARTS + 1)]), TYPE, f"up to {MAX_PARTS} fields"),
        (body(*[('name="same"', b"")] * (MAX_PARTS + 1)), TYPE, f"up to {MAX_PARTS} fields"),
        (body(('name="prompt"', b"x" * (MAX_TEXT + 1))), TYPE, "longer than any"),
    ],
    ids=["other type", "no boundary", "no form", "too many", "one too often", "too long"],
)
def test_what_is_no_form_of_ours_is_refused_in_one_sentence(data, kind, words):
    with pytest.raises(ValueError, match=words):
        read_form(data, kind)
