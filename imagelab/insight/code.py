"""The Python that asks for a picture, to be copied into a cell."""

from __future__ import annotations

from imagelab.request import SETTINGS, Generation, ImageRequest

WIDTH = 88
_ONLY_ONE = ("output_compression", "moderation")


def code_of(request: ImageRequest, *, sample: int = 1, take: int = 1) -> str:
    """Write the call that asks for this picture; run as it is, it gives what the ledger holds.

    >>> print(code_of(ImageRequest(prompt="a fox", model="gpt-image-1", quality="high")))
    lab.generate("a fox", model="gpt-image-1", quality="high")
    """
    given = {name: getattr(request, name) for name in SETTINGS}
    given = {name: value for name, value in given.items() if value is not None}
    if given.get("size") == "1024x1024":
        del given["size"]
    if request.operation == "edit":
        return _edit(request, given)
    if sample == 1:
        call, end = "lab.generate", ""
    else:
        # Only a comparison counts samples, and it does not take every setting.
        given = {name: value for name, value in given.items() if name not in _ONLY_ONE}
        call, end = "lab.compare", f"[{sample - 1}]"
        given["samples"] = sample
    words = [_quoted(request.prompt), *(f"{name}={_quoted(one)}" for name, one in given.items())]
    made = f"{call}({', '.join(words)}){end}"
    if len(made) > WIDTH:
        inside = "".join(f"    {word},\n" for word in words)
        made = f"{call}(\n{inside}){end}"
    return made if take == 1 else f"{made}  # the newest take; fresh=True asks for another"


def _edit(request: ImageRequest, given: dict[str, object]) -> str:
    """Write an edit: what went along lies under its hash, and is named by it."""
    along = [one.sha256[:12] for one in (*request.images, request.mask, request.markup) if one]
    words = [_quoted(request.prompt), "images"]
    words += [name for name in ("mask", "markup") if getattr(request, name) is not None]
    words = [words[0], words[1], *(f"{name}={name}" for name in words[2:])]
    words += [f"{name}={_quoted(one)}" for name, one in given.items()]
    return f"lab.edit({', '.join(words)})  # went along: {', '.join(along)}"


def code_of_generation(generation: Generation) -> str:
    """Write the call that asked for a picture of the ledger."""
    return code_of(generation.request, sample=generation.sample, take=generation.take)


def _quoted(value: object) -> str:
    """Write a value as Black would: double quotes, unless that takes more escaping."""
    if not isinstance(value, str):
        return repr(value)
    written = repr(value)
    if written.startswith("'") and '"' not in written:
        return f'"{written[1:-1]}"'
    return written
