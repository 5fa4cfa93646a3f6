from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imagelab import pricing
from imagelab.errors import BudgetError, RecordError, SetupError
from imagelab.exchange.client import Client
from imagelab.exchange.pacing import Pacer
from imagelab.pipeline import Answer, Session, as_error, obtain
from imagelab.records.checking import check
from imagelab.records.ledger import Intent, Ledger, Purse
from imagelab.request import Generation
from imagelab.simulator import Fault, Simulator
from tests.records.rows import FAILED, held
from tests.servers import Asked, Server, answer, error, picture, success, usage
from tests.sessions import KEY, fox, session

SMALL = fox(model="gpt-image-2", size="1024x640")


def ask(session: Session, *, fresh: bool = False, sample: int = 1, **settings: Any) -> Answer:
    """Get one picture."""
    return obtain(session, fox(**settings), sample, run=None, fresh=fresh)


def purse(session: Session) -> Purse:
    """Read the purse of simulated money."""
    return session.ledger.purse(simulated=True)


def hold_of(**settings: Any) -> int:
    """Say what is held for a request."""
    return pricing.quote_request(fox(**settings), "simulator").bound_nano


# --- the good way ---------------------------------------------------------------------------


def test_a_picture_is_kept_and_paid(tmp_path: Path) -> None:
    """A picture that came is done: its bytes are kept, its cost is what its usage says."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        generation, came, problem = ask(open_session)
        expected, price = pricing.cost(generation.usage, "simulator", "gpt-image-1")
        assert (generation.status, generation.billed, came, problem) == (
            "done",
            "yes",
            "sent",
            None,
        )
        assert generation.bytes == picture()
        assert (generation.cost_nano, generation.price) == (expected, price)
        assert purse(open_session) == Purse(spent=expected or 0, at_risk=0, held=0)


def test_what_came_is_written_down(tmp_path: Path) -> None:
    """A row says what actually came: pixels, kind, quality, bytes, tokens and the request's id."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        row = ask(open_session).generation
    assert (row.width, row.height, row.actual_size) == (1024, 1024, "1024x1024")
    assert (row.actual_format, row.actual_quality, row.actual_background) == (
        "png",
        "low",
        "opaque",
    )
    assert (row.size_bytes, row.request_id, row.attempts) == (len(picture()), "req_1", 1)
    assert json.loads(row.raw_usage or "")["output_tokens"] == row.usage.image_output_tokens == 272
    assert row.seconds is not None
    assert (row.note, row.error, row.simulated) == (None, None, True)


def test_ledger_and_server_agree_to_the_nano_dollar(tmp_path: Path) -> None:
    """What the ledger spent is what the simulator billed, request by request."""
    with Simulator() as simulator, session(tmp_path, simulator.url) as open_session:
        rows = [
            obtain(open_session, request, 1, run=None).generation
            for request in (SMALL, fox("an owl", model="gpt-image-2", size="640x1024"))
        ]
        billed = {row.request_id: row.nano for row in simulator.billed.rows}
        assert {row.request_id: row.cost_nano for row in rows} == billed
        assert {row.request_id: row.quoted_nano for row in rows} == billed
        assert purse(open_session) == Purse(spent=simulator.billed.nano, at_risk=0, held=0)


def test_the_ledger_follows_the_bill_and_not_the_quote(tmp_path: Path) -> None:
    """Where the server counts more tokens than expected, the cost is the server's."""
    with (
        Simulator(faults=[Fault.extra_tokens(6)]) as simulator,
        session(tmp_path, simulator.url) as open_session,
    ):
        row = obtain(open_session, SMALL, 1, run=None).generation
        assert row.cost_nano == simulator.billed.nano == (row.quoted_nano or 0) + 6 * 5_000


def test_the_second_time_it_comes_from_the_ledger(tmp_path: Path) -> None:
    """What is in the ledger is not asked again, after reopening and at another address too."""
    with Server(success) as server:
        with session(tmp_path, server.url) as first:
            before = ask(first).generation
        with session(tmp_path, "http://127.0.0.1:9/v1") as second:
            after = ask(second)
        assert server.posts == 1
    assert (after.generation.id, after.came) == (before.id, "ledger")


def test_fresh_asks_anew(tmp_path: Path) -> None:
    """A fresh picture is asked for and paid, and is the one that is found from then on."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        first = ask(open_session).generation
        second = ask(open_session, fresh=True)
        third = ask(open_session)
        assert server.posts == 2
    assert (first.take, second.generation.take, second.came) == (1, 2, "sent")
    assert (third.generation.id, third.came) == (second.generation.id, "ledger")


def test_each_sample_is_asked_for(tmp_path: Path) -> None:
    """Every sample of a request is a picture of its own."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        rows = [ask(open_session, sample=number).generation for number in (1, 2, 1)]
        assert server.posts == 2
    assert [row.sample for row in rows] == [1, 2, 1]


# --- the order of things --------------------------------------------------------------------


def test_the_row_is_there_before_the_request(tmp_path: Path) -> None:
    """When the server reads the request, the ledger says on disk that it is sent, and holds."""
    seen: list[Any] = []

    def look(asked: Asked) -> bytes:
        with contextlib.closing(Ledger(tmp_path / "ledger.sqlite")) as other:
            (row,) = other.rows()
            seen.append((row["status"], other.purse(simulated=True).held))
        return success(asked)

    with Server(look) as server, session(tmp_path, server.url) as open_session:
        ask(open_session)
    assert seen == [("sent", hold_of())]


def test_the_bytes_are_there_before_the_row_is_done(tmp_path: Path) -> None:
    """While the picture cannot be kept, the row never says done."""
    (tmp_path / "pictures").write_text("a file in the folder's place")
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        with pytest.raises(RecordError):
            ask(open_session)
        (row,) = open_session.ledger.rows()
    assert (row["status"], row["picture"]) == ("unknown", None)


def test_a_picture_that_cannot_be_kept_is_handed_out(tmp_path: Path) -> None:
    """A paid picture that the disk does not take is on the error, and its cost in the ledger."""
    (tmp_path / "pictures").write_text("a file in the folder's place")
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        with pytest.raises(RecordError, match="another path") as caught:
            ask(open_session)
        cost = pricing.quote_request(fox(), "simulator").nano
        assert purse(open_session) == Purse(spent=cost or 0, at_risk=0, held=0)
    assert caught.value.rescued == picture()
    assert caught.value.generation is not None
    assert caught.value.generation.billed == "yes"


def test_a_picture_that_cannot_be_kept_is_not_paid_again(tmp_path: Path) -> None:
    """After a disk was full the same request is found in the ledger as it ended."""
    (tmp_path / "pictures").write_text("a file in the folder's place")
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        with pytest.raises(RecordError):
            ask(open_session)
        assert ask(open_session).came == "ledger"
        assert server.posts == 1


def test_a_picture_that_cannot_be_kept_can_be_saved_elsewhere(tmp_path: Path) -> None:
    """The error of a paid picture writes it to another folder, under its usual name."""
    (tmp_path / "pictures").write_text("a file in the folder's place")
    with (
        Server(success) as server,
        session(tmp_path, server.url) as open_session,
        pytest.raises(RecordError) as caught,
    ):
        ask(open_session)
    (file,) = caught.value.rescue(tmp_path / "elsewhere")
    assert file.read_bytes() == picture()
    assert file.name == f"{hashlib.sha256(picture()).hexdigest()}.png"
    assert "error.rescue" in "".join(traceback.format_exception(caught.value))


@contextlib.contextmanager
def refusing(path: Path, column: str) -> Iterator[None]:
    """Have the ledger refuse to write a column, as a disk does that has just become full."""
    full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    with contextlib.closing(sqlite3.connect(path / "ledger.sqlite", isolation_level=None)) as file:
        file.execute(f"CREATE TRIGGER disk BEFORE UPDATE OF {column} ON generations {full}")
        yield
        file.execute("DROP TRIGGER disk")


@pytest.mark.parametrize(("column", "status"), [("settled_us", "done"), ("picture", "unknown")])
def test_a_disk_that_has_room_again_needs_no_new_kernel(
    tmp_path: Path, column: str, status: str
) -> None:
    """What could not be written down is, as it ended, as soon as the disk takes it."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        with refusing(tmp_path, column), pytest.raises(RecordError, match="free some space"):
            ask(open_session)
        again = ask(open_session)
        assert (again.generation.status, again.came) == (status, "ledger")
        cost = pricing.quote_request(fox(), "simulator").nano
        assert purse(open_session) == Purse(spent=cost or 0, at_risk=0, held=0)
        assert server.posts == 1


def test_what_the_disk_did_not_take_is_settled_by_a_check_too(tmp_path: Path) -> None:
    """A check writes down how rows ended that could not be, and says so without a dead one."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        with refusing(tmp_path, "settled_us"), pytest.raises(RecordError):
            ask(open_session)
        found = check(open_session.ledger, open_session.store)
        assert found.mended == ("1 rows settled that nobody was left to settle",)
        (row,) = open_session.ledger.rows()
    assert (row["status"], found.ok) == ("done", True)


def test_what_the_disk_did_not_take_makes_room_for_others(tmp_path: Path) -> None:
    """The next picture finds the budget as if the disk had taken everything."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        with refusing(tmp_path, "settled_us"), pytest.raises(RecordError):
            ask(open_session)
        obtain(open_session, fox("another fox"), 1, run=None)
        assert [row["status"] for row in open_session.ledger.rows()] == ["done", "done"]


def test_a_rescue_that_fails_loses_nothing(tmp_path: Path) -> None:
    """Where the other folder cannot be written either, the error of that has the picture too."""
    (tmp_path / "taken").write_text("a file in the folder's place")
    first = RecordError("The disk is full.", pictures={"one.png": picture()})
    with pytest.raises(RecordError, match="another folder") as caught:
        first.rescue(tmp_path / "taken")
    assert caught.value.rescued == picture()


# --- every end ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "status", "billed", "kind"),
    [
        (Fault.bad_key(), "failed", "no", "KeyRefusedError"),
        (Fault.unverified(), "failed", "no", "KeyRefusedError"),
        (Fault.no_quota(), "failed", "no", "QuotaError"),
        (Fault.billing_limit(), "failed", "no", "QuotaError"),
        (Fault.moderated_input(), "refused", "no", "RefusedError"),
        (Fault.moderated_output(), "refused", "perhaps", "RefusedError"),
        (Fault.fail(500), "unknown", "perhaps", "OutcomeUnknownError"),
        (Fault.fail(503, billed=True), "unknown", "perhaps", "OutcomeUnknownError"),
        (Fault.cut(), "unknown", "perhaps", "OutcomeUnknownError"),
        (Fault.drop(), "unknown", "perhaps", "OutcomeUnknownError"),
        (Fault.garbage(), "spoilt", "perhaps", "SpoiltError"),
        (Fault.no_picture(), "spoilt", "yes", "SpoiltError"),
        (Fault.bad_base64(), "spoilt", "yes", "SpoiltError"),
        (Fault.empty(), "spoilt", "yes", "SpoiltError"),
        (Fault.no_usage(), "done", "yes", None),
        (Fault.wrong_size(), "done", "yes", None),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_every_fault_is_a_row_that_covers_the_bill(
    tmp_path: Path, fault: Fault, status: str, billed: str, kind: str | None
) -> None:
    """Whatever goes wrong is one row, nothing stays held, and what was billed is counted."""
    with Simulator(faults=[fault]) as simulator, session(tmp_path, simulator.url) as open_session:
        row = obtain(open_session, SMALL, 1, run=None).generation
        assert simulator.wait_until_idle()
        money = purse(open_session)
        assert simulator.requests == 1
        assert simulator.billed.nano <= money.spent + money.at_risk
        assert money.held == 0
        assert (money.taken == 0) == (billed == "no")
        assert len(open_session.ledger.rows()) == 1
    assert (row.status, row.billed, row.error_kind) == (status, billed, kind)


def test_a_refused_connection_is_a_failed_row(tmp_path: Path) -> None:
    """A server that is not there makes a row that failed and cost nothing."""
    with session(tmp_path, "http://127.0.0.1:9/v1") as open_session:
        row = ask(open_session).generation
        assert purse(open_session).taken == 0
    assert (row.status, row.billed, row.cost_nano) == ("failed", "no", 0)
    assert "127.0.0.1:9" in (row.error or "")


def test_a_time_out_is_at_risk(tmp_path: Path) -> None:
    """A time-out is a row without a cost whose whole hold stays at risk."""
    gate = threading.Event()

    def late(asked: Asked) -> Iterator[bytes]:
        gate.wait(10)
        yield success(asked)

    with Server(late) as server, session(tmp_path, server.url, timeout=0.3) as open_session:
        row = ask(open_session).generation
        gate.set()
        assert purse(open_session) == Purse(spent=0, at_risk=hold_of(), held=0)
    assert (row.status, row.cost_nano) == ("unknown", None)


@pytest.mark.parametrize("reply", [error(500, "Busy."), b""], ids=["500", "dropped"])
def test_what_was_perhaps_billed_is_not_sent_again(tmp_path: Path, reply: bytes) -> None:
    """Asking again for what was perhaps billed sends nothing and shows the row."""
    with Server(lambda asked: reply) as server, session(tmp_path, server.url) as open_session:
        first, second = ask(open_session), ask(open_session)
        assert server.posts == 1
    assert (second.generation.id, second.came) == (first.generation.id, "ledger")


def test_what_surely_cost_nothing_is_asked_again(tmp_path: Path) -> None:
    """Asking again for what failed without a bill sends it, and both are rows."""
    replies = iter([error(400, "Not like this."), None])

    def once(asked: Asked) -> bytes:
        return next(replies) or success(asked)

    with Server(once) as server, session(tmp_path, server.url) as open_session:
        statuses = [ask(open_session).generation.status for _ in range(2)]
        assert (statuses, server.posts) == (["failed", "done"], 2)
        assert len(open_session.ledger.rows()) == 2


def test_the_raw_bytes_of_a_spoilt_answer_are_kept(tmp_path: Path) -> None:
    """What was billed and is no picture is kept byte for byte, under no picture's name."""
    garbage = b'{"data": [{"b64_json": <html>'
    with Server(lambda asked: answer(200, garbage)) as server:
        with session(tmp_path, server.url) as open_session:
            row = ask(open_session).generation
        assert row.bytes == garbage
    assert (row.path.suffix, row.status) == (".bin", "spoilt")


def test_an_svg_of_a_nonsense_size_is_kept(tmp_path: Path) -> None:
    """A drawing whose size no number holds was paid for: its row is spoilt and has its bytes."""
    endless = b'<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="1"/>' % (b"9" * 400)
    with Server(lambda asked: success(asked, endless)) as server:
        with session(tmp_path, server.url) as open_session:
            row = ask(open_session).generation
        assert (row.status, row.bytes) == ("spoilt", endless)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer(200, {"error": {"message": "Overloaded"}}), "an error: 'Overloaded'. It may have"),
        (answer(200, b"<html>log in</html>"), "is not JSON. It may have"),
        (answer(204, b""), "is empty. It may have"),
        (answer(200, {"data": [], "usage": usage("a fox")}), "data[0].b64_json. It was"),
    ],
    ids=["error", "html", "204", "counted"],
)
def test_what_is_no_picture_was_billed_if_it_was_counted(
    tmp_path: Path, reply: bytes, words: str
) -> None:
    """Whether an answer without a picture is on the bill only its usage tells; its hold counts."""
    with Server(lambda asked: reply) as server, session(tmp_path, server.url) as open_session:
        row = ask(open_session).generation
        taken = purse(open_session).taken
    counted = "It was" in words
    assert (row.status, row.billed) == ("spoilt", "yes" if counted else "perhaps")
    assert taken == (row.cost_nano if counted else row.hold_nano) > 0
    assert f"{words} " in (row.error or "")


def test_a_spoilt_picture_is_asked_anew_as_its_error_says(tmp_path: Path) -> None:
    """What came spoilt is not paid again by itself, and with fresh=True it is the next take."""
    replies = iter([answer(200, b"<html>")])
    with (
        Server(lambda asked: next(replies, None) or success(asked)) as server,
        session(tmp_path, server.url) as open_session,
    ):
        spoilt, again = ask(open_session), ask(open_session)
        assert (again.generation, server.posts) == (spoilt.generation, 1)
        assert "fresh=True asks for it anew" in str(as_error(again.generation))
        anew = ask(open_session, fresh=True).generation
    assert (anew.status, anew.take) == ("done", 2)


@pytest.mark.parametrize(
    "data",
    [picture()[:-40], picture("bmp", 32, 32), b"GIF89a", b"<svg>"],
    ids=["cut", "bmp", "half", "svg"],
)
def test_bytes_that_are_no_good_picture_are_spoilt(tmp_path: Path, data: bytes) -> None:
    """A picture that is cut short or of an unknown kind is spoilt, paid, and kept as it came."""
    with Server(lambda asked: success(asked, data)) as server:
        with session(tmp_path, server.url) as open_session:
            row = ask(open_session).generation
        assert (row.status, row.billed, row.bytes) == ("spoilt", "yes", data)
    assert row.cost_nano == pricing.quote_request(fox(), "simulator").nano


def test_a_picture_of_another_size_is_done_with_a_note(tmp_path: Path) -> None:
    """A picture of other pixels than asked is done, and the row notes both sizes."""
    with (
        Server(lambda asked: success(asked, picture(width=512, height=256))) as server,
        session(tmp_path, server.url) as open_session,
    ):
        row = ask(open_session).generation
    assert (row.status, row.actual_size) == ("done", "512x256")
    assert row.note == "asked for 1024x1024, came as 512x256"


def test_a_size_that_was_left_open_is_no_note(tmp_path: Path) -> None:
    """Whatever size comes for auto is as asked."""
    with (
        Server(lambda asked: success(asked, picture(width=512, height=256))) as server,
        session(tmp_path, server.url) as open_session,
    ):
        assert ask(open_session, size="auto").generation.note is None


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_is_kept_under_what_it_is(tmp_path: Path, kind: str) -> None:
    """The file's suffix and the row's format are those of the bytes, whatever the server says."""
    with Server(lambda asked: success(asked, picture(kind, 64, 64), output_format="x")) as server:
        with session(tmp_path, server.url) as open_session:
            row = ask(open_session).generation
        assert (row.path.suffix, row.actual_format) == (f".{kind}", kind)


@pytest.mark.parametrize(
    "changes",
    [
        {"usage": {"input_tokens_details": {"text_tokens": 10**30}, "output_tokens": 10**30}},
        {"usage": {"output_tokens": 10**18}},
        {"usage": {"output_tokens": float("nan")}},
        {"size": "half\x00a", "background": "\x00"},
    ],
    ids=["giant", "giant cost", "nan", "nothing"],
)
def test_an_odd_answer_does_not_lose_the_picture(tmp_path: Path, changes: dict[str, Any]) -> None:
    """A picture whose answer says absurd things beside it is done, and nothing stays held."""
    with Server(lambda asked: success(asked, **changes)) as server:
        with session(tmp_path, server.url) as open_session:
            row = ask(open_session).generation
            assert purse(open_session).held == 0
        assert (row.status, row.bytes) == ("done", picture())


def test_an_answer_of_odd_words_is_kept(tmp_path: Path) -> None:
    """A picture whose answer holds half a letter is done, and its size is what its bytes say."""
    with (
        Server(lambda asked: success(asked, size="half \ud800")) as server,
        session(tmp_path, server.url) as open_session,
    ):
        row = ask(open_session).generation
        assert purse(open_session).held == 0
        assert (row.status, row.bytes) == ("done", picture())
        assert (row.actual_size, row.note) == (f"{row.width}x{row.height}", None)


def test_a_picture_that_was_not_counted_has_no_known_cost(tmp_path: Path) -> None:
    """A usage of all zeros beside a picture is no free picture: the cost is unknown, at risk."""
    nothing = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    with (
        Server(lambda asked: success(asked, usage=nothing)) as server,
        session(tmp_path, server.url) as open_session,
    ):
        row = ask(open_session).generation
        assert purse(open_session) == Purse(spent=0, at_risk=row.hold_nano, held=0)
    assert (row.status, row.cost_nano) == ("done", None)


@pytest.mark.parametrize(
    "told",
    [
        {"output_tokens": 272, "total_tokens": 285},
        {"input_tokens": 13.0, "output_tokens": 272},
        {"input_tokens": "13", "output_tokens": 272},
        {"input_tokens": -13, "output_tokens": 272},
        {"input_tokens": 10**10, "output_tokens": 272},
        {"input_tokens": 0, "output_tokens": 272},
        {"input_tokens": 413, "output_tokens": 272, "input_tokens_details": {"text_tokens": 13}},
        {"input_tokens": 13, "output_tokens": 272, "total_tokens": 99_999},
    ],
    ids=repr,
)
def test_words_that_nobody_counted_are_not_free(tmp_path: Path, told: dict[str, Any]) -> None:
    """Where the words are not counted, or oddly, the cost is unknown and the hold is at risk."""
    with (
        Server(lambda asked: success(asked, usage=told)) as server,
        session(tmp_path, server.url) as open_session,
    ):
        row = ask(open_session).generation
        assert purse(open_session) == Purse(spent=0, at_risk=row.hold_nano, held=0)
    assert (row.status, row.cost_nano, row.bytes) == ("done", None, picture())


def test_a_bill_beyond_reason_is_unknown(tmp_path: Path) -> None:
    """A server that counts thousands of millions of tokens is not believed, nor taken for free."""
    with (
        Simulator(faults=[Fault.extra_tokens(9_999_999_999)]) as server,
        session(tmp_path, server.url) as open_session,
    ):
        row = ask(open_session).generation
        assert purse(open_session) == Purse(spent=0, at_risk=row.hold_nano, held=0)
    assert row.cost_nano is None


def test_a_deep_answer_is_spoilt(tmp_path: Path) -> None:
    """An answer nested beyond reason is spoilt like any that cannot be read."""
    with (
        Server(lambda asked: answer(200, b"[" * 200_000)) as server,
        session(tmp_path, server.url) as open_session,
    ):
        assert ask(open_session).generation.status == "spoilt"


def test_odd_words_of_an_error_are_a_row(tmp_path: Path) -> None:
    """An error whose words are no clean text is a row like any other."""
    with (
        Server(lambda asked: error(400, "half \ud800")) as server,
        session(tmp_path, server.url) as open_session,
    ):
        assert ask(open_session).generation.status == "failed"
        assert purse(open_session).held == 0


def test_an_error_that_is_cut_is_a_row(tmp_path: Path) -> None:
    """An error whose body breaks off leaves no row in flight."""
    with (
        Server(lambda asked: error(500, "words that are not all there")[:-20]) as server,
        session(tmp_path, server.url) as open_session,
    ):
        assert ask(open_session).generation.status == "unknown"
        assert purse(open_session).held == 0


def test_where_no_client_can_be_made_nothing_was_sent(tmp_path: Path) -> None:
    """When the provider cannot even be set up, no row is in flight and nothing stays held."""

    def fails() -> Client:
        raise SetupError("The port is in use: choose another.")

    with session(tmp_path, "http://127.0.0.1:9/v1", client=fails) as open_session:
        with pytest.raises(SetupError, match="port"):
            ask(open_session)
        assert {row["status"] for row in open_session.ledger.rows()} <= {"failed"}
        assert purse(open_session).taken == 0


def test_what_nobody_foresaw_leaves_no_row_open(tmp_path: Path) -> None:
    """An error of this program while it asks is raised, and the row says perhaps billed."""

    class Broken:
        def pacer_of(self, request: object) -> Pacer:
            return Pacer()

        def ask(self, request: object, **along: object) -> None:
            raise ZeroDivisionError

    with session(tmp_path, "http://127.0.0.1:9/v1", client=lambda: Broken()) as open_session:  # type: ignore[arg-type,return-value]
        with pytest.raises(ZeroDivisionError):
            ask(open_session)
        assert purse(open_session) == Purse(spent=0, at_risk=hold_of(), held=0)
        (row,) = open_session.ledger.rows()
    assert (row["status"], row["error_kind"]) == ("unknown", "ZeroDivisionError")


def test_the_key_is_nowhere_on_disk(tmp_path: Path) -> None:
    """Neither the ledger nor any file under it holds the key, even if the server repeats it."""
    with (
        Server(lambda asked: error(401, f"Wrong key {KEY}.")) as server,
        session(tmp_path, server.url) as open_session,
    ):
        ask(open_session)
        assert KEY not in repr(open_session)
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert KEY.encode() not in written
    assert b"Wrong key [key]" in written


# --- money ----------------------------------------------------------------------------------


def test_what_does_not_fit_the_budget_is_not_sent(tmp_path: Path) -> None:
    """A request whose hold does not fit is a BudgetError, no row, and no request."""
    with Server(success) as server:
        with session(tmp_path, server.url, budget_nano=hold_of() - 1) as open_session:
            with pytest.raises(BudgetError):
                ask(open_session)
            assert open_session.ledger.rows() == []
        assert server.posts == 0


class Cheaper(Ledger):
    """A ledger in which another picture comes, and costs nothing, right after a hold failed."""

    other: Generation | None = None

    def hold(self, intent: Intent, budget_nano: int | None = None) -> tuple[Generation, bool]:
        """Hold, and settle the other one when that does not fit."""
        try:
            return super().hold(intent, budget_nano)
        except BudgetError:
            if self.other is not None:
                self.settle(self.other, FAILED)
            raise


def test_money_that_comes_back_meanwhile_is_tried_for_once_more(tmp_path: Path) -> None:
    """Where what was held came back between the failed hold and the next look, it is held anew."""
    with (
        Server(success) as server,
        session(tmp_path, server.url, budget_nano=hold_of()) as first,
        contextlib.closing(Cheaper(tmp_path / "ledger.sqlite")) as ledger,
    ):
        ledger.other = held(ledger, "an owl", hold_nano=hold_of())
        assert ask(replace(first, ledger=ledger)).generation.status == "done"
        assert server.posts == 1


def test_a_bill_above_its_hold_raises_the_next_hold(tmp_path: Path) -> None:
    """After a bill that passed its hold, that much is held for such requests, in later labs too."""
    usage = {"input_tokens_details": {"text_tokens": 13}, "output_tokens": 9000}
    with Server(lambda asked: success(asked, usage=usage)) as server:
        with session(tmp_path, server.url) as first:
            dear = ask(first).generation
            assert (dear.cost_nano or 0) > dear.hold_nano
            assert ask(first, prompt="an owl").generation.hold_nano == dear.cost_nano
        with session(tmp_path, server.url) as second:
            assert ask(second, prompt="a hare").generation.hold_nano == dear.cost_nano


def test_an_unknown_model_is_held_and_at_risk(tmp_path: Path) -> None:
    """A model without a price is held at the dearest known, and stays at risk: never free."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        row = ask(open_session, model="my-own-model").generation
        assert (row.status, row.cost_nano, row.quoted_nano) == ("done", None, None)
        assert purse(open_session) == Purse(spent=0, at_risk=row.hold_nano, held=0)
        assert row.hold_nano > 100_000_000


# --- several at once ------------------------------------------------------------------------


def test_two_labs_that_want_the_same_pay_once(tmp_path: Path) -> None:
    """Two labs on one path that ask for the same picture at once make one request."""
    arrived, gate = threading.Event(), threading.Event()

    def slow(asked: Asked) -> Iterator[bytes]:
        arrived.set()
        gate.wait(20)
        yield success(asked)

    answers: list[Answer] = []
    with (
        Server(slow) as server,
        session(tmp_path, server.url) as one,
        session(tmp_path, server.url) as other,
    ):
        first = threading.Thread(target=lambda: answers.append(ask(one)))
        first.start()
        assert arrived.wait(20)
        second = threading.Thread(target=lambda: answers.append(ask(other)))
        second.start()
        gate.set()
        first.join()
        second.join()
        assert server.posts == 1
    assert sorted(answer.came for answer in answers) == ["ledger", "sent"]
    assert {answer.generation.status for answer in answers} == {"done"}


def test_what_another_lab_could_not_get_is_asked_for(tmp_path: Path) -> None:
    """Who waits for a picture of another lab asks for it when that one surely paid nothing."""
    arrived, gate = threading.Event(), threading.Event()
    replies = iter([error(400, "Not like this."), None])

    def first_fails(asked: Asked) -> Iterator[bytes]:
        reply = next(replies)
        arrived.set()
        if reply:
            gate.wait(20)
        yield reply or success(asked)

    with (
        Server(first_fails) as server,
        session(tmp_path, server.url) as one,
        session(tmp_path, server.url) as other,
        ThreadPoolExecutor(2) as pool,
    ):
        first = pool.submit(ask, one)
        assert arrived.wait(20)
        second = pool.submit(ask, other)
        gate.set()
        assert first.result(20).generation.status == "failed"
        assert (second.result(20).generation.status, server.posts) == ("done", 2)


IN_FLIGHT = """
import sys, time
from pathlib import Path
from imagelab.records.ledger import Ledger
from tests.records.rows import held
ledger = Ledger(Path(sys.argv[1]))
ledger.sent(held(ledger, "a red fox in snow"))
print("ready", flush=True)
time.sleep(600)
"""


def test_who_waits_for_a_process_that_dies_is_not_left_waiting(tmp_path: Path) -> None:
    """A lab that was open before another died takes what that one had in flight as unknown."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        with subprocess.Popen(
            [sys.executable, "-c", IN_FLIGHT, str(tmp_path / "ledger.sqlite")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            child.kill()
        found: list[Answer] = []
        waiting = threading.Thread(target=lambda: found.append(ask(open_session)), daemon=True)
        waiting.start()
        waiting.join(5)
        # So that the thread ends, whatever it waits for.
        Ledger(tmp_path / "ledger.sqlite").close()
        ended = not waiting.is_alive()
        waiting.join()
        assert server.posts == 0
    assert ended
    assert found[0].generation.status == "unknown"


# --- errors out of rows ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault.bad_key(),
        Fault.moderated_input(),
        Fault.moderated_output(),
        Fault.fail(500),
        Fault.garbage(),
    ],
    ids=lambda fault: fault.kind,
)
def test_a_row_remembers_its_error(tmp_path: Path, fault: Fault) -> None:
    """The error made of a row is of the kind, words and billing that the row tells."""
    with Simulator(faults=[fault]) as simulator, session(tmp_path, simulator.url) as open_session:
        row, _, _ = obtain(open_session, SMALL, 1, run=None)
    problem: Any = as_error(row)
    assert type(problem).__name__ == row.error_kind
    assert str(problem) == row.error
    assert (problem.status, problem.billed) == (row.status, row.billed)
    assert problem.generation is row


@pytest.mark.parametrize("sent", [True, False], ids=["sent", "held"])
def test_a_row_of_the_dead_is_an_error_that_agrees(tmp_path: Path, sent: bool) -> None:
    """The error made of a row that a dead process left is of the row's own status and billing."""
    path = tmp_path / "ledger.sqlite"
    with contextlib.closing(Ledger(path)) as ledger:
        made = held(ledger, lease_seconds=-60)
        if sent:
            ledger.sent(made)
    with contextlib.closing(sqlite3.connect(path)) as elsewhere, elsewhere:
        elsewhere.execute("UPDATE generations SET owner = 'another-host/1/1'")
    with contextlib.closing(Ledger(path)) as ledger:
        row = ledger.generation(made.id)
    problem: Any = as_error(row)
    assert (problem.status, problem.billed) == (row.status, row.billed)
