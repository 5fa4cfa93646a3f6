"""What is left of an answer that was cut: a partial picture, kept and shown as what it is."""

from __future__ import annotations

from imagelab.errors import ExchangeError, RecordError
from imagelab.pictures import look
from imagelab.records.store import Store


def keep_partial(store: Store, error: ExchangeError) -> str | None:
    """Keep the last partial picture of a stream that was cut; give its hash, or None.

    What the safety system refused is not kept. A disk that is full costs the partial picture,
    never the row that tells of it.
    """
    if error.partial is None or error.status != "unknown":
        return None
    try:
        return store.keep(error.partial, look(error.partial).format)
    except RecordError:
        return None
