"""The Files API, through the real SDK and by hand."""

from __future__ import annotations

import io
import time

import openai
import pytest

from imagelab.simulator import Simulator
from imagelab.simulator.files import File, Files
from tests.simulator.wire import EDITS, SMALL, ask, get, opened, png


def test_a_file_lives_from_upload_to_deletion(client: openai.OpenAI) -> None:
    """A file is uploaded, looked at, listed, fetched and deleted; then it is not there."""
    made = client.files.create(file=("a.jsonl", b'{"a": 1}'), purpose="batch")
    assert (made.filename, made.bytes, made.purpose, made.status) == (
        "a.jsonl",
        8,
        "batch",
        "processed",
    )
    assert client.files.retrieve(made.id) == made
    assert [one.id for one in client.files.list()] == [made.id]
    assert client.files.content(made.id).read() == b'{"a": 1}'
    assert client.files.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError, match="No such File object"):
        client.files.retrieve(made.id)
    for gone in (client.files.content, client.files.delete):
        with pytest.raises(openai.NotFoundError):
            gone(made.id)


def test_files_are_listed_newest_first_and_in_pages(client: openai.OpenAI) -> None:
    """The list is by purpose, in either order, and goes on behind a file."""
    made = [
        client.files.create(file=(f"{number}", b"a"), purpose=purpose).id
        for number, purpose in enumerate(("vision", "batch", "vision", "vision"))
    ]
    assert [one.id for one in client.files.list(purpose="vision")] == [made[3], made[2], made[0]]
    assert [one.id for one in client.files.list(limit=2, order="asc")] == made
    assert [one.id for one in client.files.list(after=made[2])] == [made[1], made[0]]


def test_an_uploaded_picture_can_be_edited(simulator: Simulator, client: openai.OpenAI) -> None:
    """An edit by JSON takes pictures by the ids of files, bare bytes as well as named ones."""
    ids = [
        client.files.create(file=file, purpose="vision").id
        for file in (("a.png", png(), "image/png"), io.BytesIO(png(colour="red")))
    ]
    body = {**SMALL, "images": [{"file_id": one} for one in ids]}
    answer = ask(simulator, body, path=EDITS)
    assert opened(answer.pictures[0]).size == (1024, 640)


def test_a_file_may_expire(client: openai.OpenAI) -> None:
    """expires_after is kept, and a file is gone when its time is over."""
    made = client.files.create(
        file=("a", b"a"),
        purpose="batch",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    assert made.expires_at == made.created_at + 3600
    shelf = Files()
    old = shelf.add(File("a", "batch", "text/plain", b"a", expires_at=int(time.time()) - 1))
    assert shelf.get(old.id) is None
    assert not shelf.delete(old.id)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"purpose": "batch"}, "file"),
        ({"file": ("a", b"a")}, "purpose"),
        ({"file": ("a", b"a"), "purpose": "fun"}, "purpose"),
        ({"file": ("a", b"a"), "purpose": "batch", "expires_after[seconds]": "1"}, "expires_after"),
    ],
)
def test_a_wrong_upload_is_refused(
    simulator: Simulator, fields: dict[str, object], param: str
) -> None:
    """A missing file or purpose, a purpose that is none, a life too short: 400, named."""
    edge = "edge"
    parts = []
    for name, value in fields.items():
        named = f'; filename="{value[0]}"' if isinstance(value, tuple) else ""
        text = value[1].decode() if isinstance(value, tuple) else value
        head = f'Content-Disposition: form-data; name="{name}"{named}'
        parts.append(f"--{edge}\r\n{head}\r\n\r\n{text}\r\n")
    raw = "".join([*parts, f"--{edge}--\r\n"]).encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    answer = ask(simulator, raw, path="/v1/files", headers=headers)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_an_upload_is_a_form(simulator: Simulator) -> None:
    """JSON is no upload, and a broken form neither."""
    assert ask(simulator, {}, path="/v1/files").status == 400
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    assert ask(simulator, b"nonsense", path="/v1/files", headers=headers).status == 400
    assert get(simulator, "/v1/files?limit=0").status == 400
