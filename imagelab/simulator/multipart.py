"""Reads forms of several parts: text fields, and files with the types they are said to have."""

from __future__ import annotations

import logging
import math
import re
from dataclasses import dataclass
from typing import Any

from imagelab.simulator.wanted import Upload

UNSAID = "application/octet-stream"
"""The type of a file whose part names none."""

_SILENT = logging.NullHandler()
_NESTED = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True)
class Form:
    """What came, in order."""

    fields: tuple[tuple[str, str], ...]
    uploads: tuple[Upload, ...]

    def tree(self) -> dict[str, Any]:
        """Return the text fields as JSON would hold them; ``svg[model]`` is a key of ``svg``."""
        found: dict[str, Any] = {}
        for name, text in self.fields:
            outer, *inner = [name.partition("[")[0], *_NESTED.findall(name)]
            place = found
            for step in inner:
                below = place.setdefault(outer, {})
                place, outer = below if isinstance(below, dict) else {}, step
            place[outer] = text
        return found


def is_form(content_type: str) -> bool:
    """Return whether a body of this type has several parts."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


def read(raw: bytes, content_type: str) -> Form:
    """Return the parts of a body.

    Raises:
        ValueError: the body is no form, or ends before it should.
    """
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import Field, File, FormParser, parse_options_header

    fields: list[tuple[str, str]] = []
    uploads: list[Upload] = []
    ended: list[bool] = []

    def on_field(field: Field) -> None:
        name, text = field.field_name or b"", field.value or b""
        fields.append((name.decode("utf-8", "replace"), text.decode()))

    def on_file(file: File) -> None:
        file.file_object.seek(0)
        uploads.append(
            Upload(
                param=(file.field_name or b"").decode("utf-8", "replace"),
                filename=(file.file_name or b"").decode("utf-8", "replace"),
                mime=(file.content_type or UNSAID).partition(";")[0].strip().lower(),
                data=file.file_object.read(),
            )
        )

    logging.getLogger("python_multipart").addHandler(_SILENT)
    kind, options = parse_options_header(content_type)
    try:
        parser = FormParser(
            kind.decode("latin-1"),
            on_field,
            on_file,
            on_end=lambda: ended.append(True),
            boundary=options.get(b"boundary"),
            config={"MAX_MEMORY_FILE_SIZE": math.inf},
        )
        parser.write(raw)
        parser.finalize()
    except FormParserError as problem:
        raise ValueError(str(problem)) from problem
    if not ended:
        raise ValueError("The form ends before its last boundary.")
    return Form(tuple(fields), tuple(uploads))
