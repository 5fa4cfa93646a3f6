from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from imagelab.frozen import FrozenMapping
from imagelab.pictures import Reference
from imagelab.records import asking
from imagelab.records.ledger import Ledger
from imagelab.records.schema import generations
from imagelab.request import ImageRequest
from tests.records.rows import DONE, intent
from tests.servers import picture
from tests.sessions import fox

A, B = (Reference.of(picture("png", 64, 64, shade)) for shade in (1, 2))
FULL = ImageRequest(
    prompt="a fox",
    model="brand-new",
    images=(A, B),
    markup=B,
    input_fidelity="high",
    complexity="low",
    output_format="gif",
    frame_count=3,
    frame_duration_ms=50,
    extra={"a": {"b": [1]}},
    parents=(1, 2),
)


def test_a_request_comes_back_from_its_columns() -> None:
    """Whatever a request holds is the same after it was written and read."""
    for request in (fox(), FULL, fox(partial_images=2, safety_identifier="x")):
        again = asking.request_of(asking.columns_of(request))
        assert again == request
        assert (again.parents, again.partial_images) == (request.parents, request.partial_images)
        assert again.key("openai") == request.key("openai")


def test_columns_hold_only_texts_and_numbers() -> None:
    """Every column is what a database takes, and absent where nothing was given."""
    columns = asking.columns_of(FULL)
    assert {type(one) for one in columns.values()} <= {str, int, type(None)}
    assert asking.columns_of(fox())["images"] is None


def test_a_row_keeps_what_went_along(tmp_path: Path) -> None:
    """A generation read from the ledger tells its references, and who made them."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    first, _ = ledger.hold(intent("a fox"))
    ledger.settle(first, DONE)
    request = fox(images=(A,), parents=(first.id,), extra={"x": 1})
    held, _ = ledger.hold(intent("an edit", request=request, key="v1:edit"))
    read = ledger.generation(held.id)
    assert read.request.images == (A,)
    assert isinstance(read.request.extra, FrozenMapping)
    assert [one.id for one in read.parents] == [first.id]
    ledger.close()


def test_an_older_ledger_grows(tmp_path: Path) -> None:
    """A ledger of the first version gets the new columns, and its rows are read as they were."""
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    new = ["images", "mask", "extra", "partial", "author_model", "frame_count"]
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for name in new:
            connection.exec_driver_sql(f"ALTER TABLE generations DROP COLUMN {name}")
        connection.exec_driver_sql("UPDATE schema_version SET version = 1")
    engine.dispose()
    ledger = Ledger(path)
    held, _ = ledger.hold(intent("a fox"))
    assert ledger.generation(held.id).request.images == ()
    assert set(new) <= set(generations.columns.keys())
    ledger.close()
