"""Multipart forms, from bytes that are already here and bounded."""

import itertools
import re
from dataclasses import dataclass, field

from python_multipart.multipart import MultipartParser, parse_options_header

__all__ = ["MultipartForm", "read_form"]

MAX_PARTS = 40
MAX_TEXT = 64 * 1024  # bytes of one field without a file


@dataclass
class MultipartForm:
    """The parts of a form.

    Attributes:
        text: fields by name.
    """

    text: dict[str, str] = field(default_factory=dict)
    _files: list[tuple[str, bytes]] = field(default_factory=list)

    def files(self, name: str) -> list[bytes]:
        """The files of a field: `name`, `name[]` or `name[0]`, `name[1]`, ..., as clients write lists."""
        return [data for key, data in self._files if re.sub(r"\[\d*\]$", "", key) == name]


def read_form(data: bytes, content_type: str) -> MultipartForm:
    """A body and its Content-Type -> its parts.

    Raises:
        ValueError: one sentence.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise ValueError("The body takes multipart/form-data. Send the pictures as files of a form.")
    form, headers, name, value = MultipartForm(), {}, bytearray(), bytearray()
    part, parts = bytearray(), itertools.count(1)

    def header_end() -> None:
        headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def part_end() -> None:
        _, options = parse_options_header(headers.get(b"content-disposition", b""))
        key = options.get(b"name", b"").decode("utf-8", "replace")
        if next(parts) > MAX_PARTS:
            raise ValueError(f"The form takes up to {MAX_PARTS} fields, got more.")
        if b"filename" in options:
            form._files.append((key, bytes(part)))
        elif len(part) > MAX_TEXT:
            raise ValueError(f"The field {key[:80]!r} is longer than any that is known here.")
        else:
            form.text[key] = part.decode("utf-8", "replace")
        part.clear()
        headers.clear()

    parser = MultipartParser(
        boundary,
        {
            "on_part_data": lambda chunk, start, end: part.extend(chunk[start:end]),
            "on_part_end": part_end,
            "on_header_field": lambda chunk, start, end: name.extend(chunk[start:end]),
            "on_header_value": lambda chunk, start, end: value.extend(chunk[start:end]),
            "on_header_end": header_end,
        },
    )
    try:
        parser.write(data)
        parser.finalize()
    except ValueError as error:  # MultipartParseError is one
        raise ValueError(f"The form cannot be read: {error}") from error
    return form
