"""A judge votes: it pays from the same purse, its votes stand apart, and nothing is paid twice."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imagelab import Comparison, Lab, question
from imagelab.errors import (
    BudgetError,
    ImageLabError,
    InputError,
    KeyRefusedError,
    ModelGoneError,
)
from imagelab.judging import bind, jury
from imagelab.replaying import warn_of_retirement
from imagelab.simulator import Fault, Simulator
from tests.servers import Asked, Server, answer

pytestmark = pytest.mark.filterwarnings("ignore:gpt-.* shut down:UserWarning")

KEY = "sk-secret-0123456789abcdef"
WORD = "demanding viewer"
"""Stands in every question and in no prompt of a picture."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two prompts at three tiers, to be copied."""
    path = tmp_path_factory.mktemp("lab")
    with Lab(path=path) as lab:
        compare(lab)
    return path


def compare(lab: Lab) -> Comparison:
    """Ask for two prompts at three tiers: six pairs, twelve questions."""
    return lab.compare(["a fox", "an owl"], quality=["low", "medium", "high"])


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator of the test's own, whose bill can be read."""
    with Simulator() as running:
        yield running


@pytest.fixture
def judged(made: Path, tmp_path: Path, simulator: Simulator) -> Iterator[Callable[..., Lab]]:
    """Open labs on a copy of the six pictures, asking the simulator of the test."""
    shutil.copytree(made, tmp_path / "data")
    opened: list[Lab] = []

    def open_lab(**options: Any) -> Lab:
        opened.append(Lab("simulator", base_url=simulator.url, path=tmp_path / "data", **options))
        return opened[-1]

    yield open_lab
    for lab in opened:
        lab.close()


PICTURES = 2 * (10_930_000 + 42_290_000 + 166_450_000)
"""About what the six pictures cost, to set budgets by."""


def of_judges(lab: Lab) -> Any:
    """Give the rows of the log that asked a judge."""
    return lab.log[lab.log["operation"] == "judge"]


def spent_on_judges(lab: Lab) -> int:
    """Add up what the ledger says that judges cost, in nano-dollars."""
    rows = [row for row in lab._session.ledger.rows() if row["operation"] == "judge"]
    return sum(row["cost_nano"] or 0 for row in rows)


def settled(lab: Lab) -> None:
    """Check that nothing is held, and that the purse is the sum of its rows."""
    assert lab._purse().held == 0
    assert not lab._session.ledger.mend_purse()


def test_a_judge_that_leaves_warns_once(made: Path, tmp_path: Path, simulator: Simulator) -> None:
    """Real money hears at the person's line when a judge is shut down and who follows it; once."""
    warn_of_retirement.cache_clear()
    shutil.copytree(made, tmp_path / "data")
    options: dict[str, Any] = {"base_url": simulator.url, "api_key": KEY, "path": tmp_path / "data"}
    with Lab("openai", **options) as lab:
        comparison = lab.compare("a fox", quality=["low", "medium"])
        said = r"gpt-5-mini w.* shut down on 2026-12-11; its successor is gpt-6\.1-terra"
        with pytest.warns(UserWarning, match=said) as told:
            comparison.judge_quote("gpt-5-mini")
        assert [one.filename for one in told] == [__file__]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            comparison.judge("gpt-5-mini", pairs=1)
            with pytest.raises(UserWarning, match="gpt-4o"):
                comparison.judge("gpt-4o", pairs=1)


def test_every_pair_is_asked_in_both_orders(judged: Callable[..., Lab]) -> None:
    """Six pairs make twelve questions and twelve votes, each pair once from either side."""
    comparison = compare(judged())
    judgement = comparison.judge()
    orders = {(vote.left, vote.right) for vote in judgement.votes}
    assert len(judgement.votes) == len(orders) == len(judgement.frame) == 12
    assert {order[::-1] for order in orders} == orders
    assert {vote.source for vote in comparison.votes} == {"judge"}


def test_its_bill_is_the_servers(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """What judges cost here is what the server billed, to the nano-dollar."""
    lab = judged()
    judgement = compare(lab).judge()
    assert judgement.cost_nano == spent_on_judges(lab) == simulator.billed.nano > 0
    assert simulator.billed.pictures == 0
    settled(lab)


@pytest.mark.parametrize("model", ["gpt-4.1-mini", "gpt-5-mini", "gpt-4o", "gpt-5"])
def test_a_hold_is_an_upper_bound(judged: Callable[..., Lab], model: str) -> None:
    """No judge of the catalogue bills more than was held, with thumbnails or originals."""
    lab = judged()
    compare(lab).judge(model, pairs=1)
    compare(lab).judge(model, pairs=1, side=None)
    rows = [row for row in lab._session.ledger.rows() if row["operation"] == "judge"]
    assert len(rows) == 4
    assert all(0 < row["cost_nano"] <= row["hold_nano"] for row in rows)


def test_what_was_judged_is_not_paid_again(
    judged: Callable[..., Lab], simulator: Simulator
) -> None:
    """A second run, in another lab too, asks nothing, pays nothing and makes no vote twice."""
    compare(judged()).judge()
    asked, nano = simulator.requests, simulator.billed.nano
    comparison = compare(judged())
    again = comparison.judge()
    assert (simulator.requests, simulator.billed.nano) == (asked, nano)
    assert set(again.frame["came"]) == {"ledger"}
    assert len(comparison.votes) == len(again.votes) == 12
    assert comparison.judge_quote().to_pay == 0


def test_fresh_asks_anew(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """With fresh=True the same pair is asked and paid again."""
    comparison = compare(judged())
    comparison.judge(pairs=1)
    comparison.judge(pairs=1, fresh=True)
    assert simulator.requests == 4


def test_a_quote_says_the_most(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """Nothing is sent for a quote, and no run costs more than it says."""
    comparison = compare(judged())
    quote = comparison.judge_quote()
    assert simulator.requests == 0
    assert (quote.pictures, quote.usd) == (12, None)
    assert str(quote).startswith("12 questions: cost unknown before asking, at most $")
    assert 0 < comparison.judge().cost_nano <= quote.to_pay_bound_nano


def test_a_budget_is_never_passed(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """Where only some questions fit, the others are left, and what was said is kept."""
    room = compare(judged()).judge_quote(pairs=1).bound_nano * 2
    taken = judged()._purse().taken
    lab = judged(budget=(taken + room) / 1e9)
    judgement = compare(lab).judge()
    assert 0 < len(judgement.votes) < 12
    assert len(judgement.left) == 12 - len(judgement.votes)
    assert "budget" in str(judgement)
    assert lab._purse().taken <= taken + room
    assert simulator.billed.nano == spent_on_judges(lab)


def test_a_budget_without_room_sends_nothing(
    judged: Callable[..., Lab], simulator: Simulator
) -> None:
    """Where not one question fits, that is an error, and nothing went out."""
    lab = judged(budget=(judged()._purse().taken + 1000) / 1e9)
    with pytest.raises(BudgetError):
        compare(lab).judge()
    assert simulator.requests == 0


FAULTS = {
    "billed 500": (Fault.fail(billed=True), "unknown"),
    "dropped": (Fault.drop(), "unknown"),
    "cut": (Fault.cut(), "unknown"),
    "garbage": (Fault.garbage(), "spoilt"),
    "chatter": (Fault.no_picture(), "spoilt"),
    "no choices": (Fault.empty(), "spoilt"),
    "refusal": (Fault.moderated_output(), "refused"),
    "no usage": (Fault.no_usage(), "done"),
    "more tokens": (Fault.extra_tokens(6), "done"),
    "not billed 500": (Fault.fail(), "unknown"),
    "refused words": (Fault.moderated_input(), "refused"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_a_row_that_says_what_it_cost(
    judged: Callable[..., Lab], simulator: Simulator, name: str
) -> None:
    """Ledger and bill agree to the nano-dollar, but for rows that say that they are unsure."""
    fault, status = FAULTS[name]
    simulator.faults.add(fault.only(every=3, word=WORD))
    lab = judged()
    judgement = compare(lab).judge()
    rows = [row for row in lab._session.ledger.rows() if row["operation"] == "judge"]
    hit = [row for row in rows if row["status"] == status]
    assert len(rows) == 12
    assert len(hit) == (12 if status == "done" else 4)
    assert {row["status"] for row in rows} <= {"done", status}
    known, unsure = spent_on_judges(lab), [row for row in rows if row["cost_nano"] is None]
    over = simulator.billed.nano - known
    assert 0 <= over <= sum(row["hold_nano"] for row in unsure if row["billed"] != "no")
    assert unsure or over == 0
    assert len(judgement.votes) == sum(row["status"] == "done" for row in rows)
    settled(lab)


def test_a_fault_is_not_paid_again_in_silence(
    judged: Callable[..., Lab], simulator: Simulator
) -> None:
    """What was perhaps billed is asked again only where somebody says so."""
    simulator.faults.add(Fault.drop().only(times=2, word=WORD))
    comparison = compare(judged())
    first = comparison.judge()
    assert len(first.votes) == 10
    asked = simulator.requests
    assert len(comparison.judge().votes) == 10
    assert simulator.requests == asked
    assert len(comparison.judge(unknown="send").votes) == 12
    assert simulator.requests == asked + 2


def test_a_timeout_is_perhaps_billed(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """An answer that comes too late is a row that says so, and the SDK asks once."""
    simulator.faults.add(Fault.slow(3).only(times=2, word=WORD))
    lab = judged(timeout=1)
    judgement = compare(lab).judge(pairs=1)
    assert (simulator.requests, judgement.votes) == (2, ())
    assert set(of_judges(lab)["status"]) == {"unknown"}
    assert lab._purse().at_risk == sum(
        row["hold_nano"] for row in lab._session.ledger.rows() if row["operation"] == "judge"
    )
    assert "perhaps" in set(of_judges(lab)["billed"])


def test_a_429_is_waited_for(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """What surely cost nothing is asked again by itself."""
    simulator.faults.add(Fault.too_many(retry_after_ms=20).only(times=3, word=WORD))
    judgement = compare(judged()).judge(pairs=2)
    assert len(judgement.votes) == 4
    assert simulator.requests == 7


def test_a_refusal_keeps_its_words(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """A judge that will not say was billed all the same; the row and the result say why."""
    simulator.faults.add(Fault.moderated_output().only(times=1, word=WORD))
    lab = judged()
    judgement = compare(lab).judge(pairs=1)
    (row,) = [r for r in lab._session.ledger.rows() if r["status"] == "refused"]
    assert (row["billed"], row["answer"]) == ("yes", "I'm sorry, I can't compare these pictures.")
    assert row["cost_nano"] > 0
    assert judgement.shortfall is not None
    assert "would not say" in judgement.shortfall


def test_an_unknown_price_is_refused_with_a_remedy(
    judged: Callable[..., Lab], simulator: Simulator
) -> None:
    """A model without a price is not asked at zero dollars; the error says how to price it."""
    comparison = compare(judged())
    for ask in (comparison.judge, comparison.judge_quote, comparison.start_judge):
        with pytest.raises(InputError, match=r"lab\.prices\.add\('gpt-9-eye', text_in="):
            ask("gpt-9-eye")
    assert simulator.requests == 0


def test_a_price_of_ones_own_is_enough(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """With a price from the person's book an unknown model is asked; its server may not know it."""
    lab = judged()
    lab.prices.add("gpt-9-eye", text_in=1, text_out=2)
    assert compare(lab).judge_quote("gpt-9-eye").bound_nano > 0
    with pytest.raises(ModelGoneError):
        compare(lab).judge("gpt-9-eye")
    assert spent_on_judges(lab) == simulator.billed.nano == 0


def test_a_picture_model_is_no_judge(judged: Callable[..., Lab]) -> None:
    """A model that draws has no price for words that it writes, and is refused."""
    with pytest.raises(InputError, match="cannot judge"):
        compare(judged()).judge("gpt-image-1")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rubric": "  "}, "rubric is a text"),
        ({"pairs": 0}, "pairs"),
        ({"side": 3}, "side"),
        ({"model": ""}, "model names who judges"),
        ({"by": "colour"}, "does not vary"),
        ({"unknown": "ask"}, "unknown is"),
    ],
)
def test_a_wrong_argument_sends_nothing(
    judged: Callable[..., Lab], simulator: Simulator, wrong: dict[str, Any], said: str
) -> None:
    """What cannot be meant is an input error before anything is sent."""
    with pytest.raises(InputError, match=said):
        compare(judged()).judge(**wrong)
    assert simulator.requests == 0


def test_another_rubric_is_another_rater(judged: Callable[..., Lab]) -> None:
    """Votes by another rubric are new questions under a name of their own."""
    comparison = compare(judged())
    usual = comparison.judge(pairs=1)
    strict = comparison.judge(pairs=1, rubric="Which one is sharper?")
    assert usual.rater == "judge:gpt-4.1-mini"
    assert strict.rater.startswith("judge:gpt-4.1-mini:")
    assert len(comparison.votes) == 4


def test_a_verdict_counts_people_unless_asked(judged: Callable[..., Lab]) -> None:
    """A judge's votes settle nothing by themselves, and count where its name is given."""
    comparison = compare(judged())
    judgement = comparison.judge()
    with pytest.raises(InputError, match="no votes"):
        comparison.ranking()
    assert comparison.verdict().votes == ()
    pair = comparison["a fox", "low"], comparison["a fox", "high"]
    comparison.add_votes([(*pair, "right")], rater="ann")
    assert {vote.rater for vote in comparison.verdict().votes} == {"ann"}
    both = comparison.verdict(raters=["ann", judgement.rater])
    assert len(both.votes) == 13
    assert "agrees with" in both.ranking.trust
    assert "no person's vote" in comparison.ranking(raters=judgement.rater).trust


def test_a_duel_does_not_count_judges(judged: Callable[..., Lab]) -> None:
    """Who votes blind is not told that it is settled by what a judge said."""
    comparison = compare(judged())
    comparison.judge()
    assert comparison._booth(None, "ann").standing()["votes"] == 0


def test_agreement_is_told_first(judged: Callable[..., Lab]) -> None:
    """Without a person's vote the result says so; with some it says how often it agrees."""
    comparison = compare(judged())
    assert "No person has voted" in str(comparison.judge())
    low, high = comparison["a fox", "low"], comparison["a fox", "high"]
    comparison.add_votes([(low, high, "right"), (high, low, "left")], rater="ann")
    judgement = comparison.judge()
    assert (judgement.agreement.part, judgement.agreement.whole) == (2, 2)
    assert "It agrees with 2 of 2 votes of people" in str(judgement)


def test_judges_are_money_and_no_pictures(judged: Callable[..., Lab]) -> None:
    """Costs, savings, waste, quotes, gallery and the purse's lines count no question a picture."""
    lab = judged()
    comparison = compare(lab)
    judgement = comparison.judge()
    comparison.judge()
    costs = lab.costs("operation")
    assert costs.loc["judge", "pictures"] == 0
    assert costs.loc["judge", "spent_usd"] == pytest.approx(judgement.cost_usd)
    tiers = lab.costs()
    assert list(tiers.index) == ["low", "medium", "high", "judge"]
    assert tiers.loc["low", "mean_usd"] == pytest.approx(0.0109, abs=1e-4)
    assert lab.waste().empty
    lines = {line["name"]: line for line in lab.spend().tables["quality"]}
    assert (lines["judge"]["pictures"], lines["judge"]["mean"]) == (0, "")
    assert lines["judge"]["spent_usd"] == pytest.approx(judgement.cost_usd)
    assert lab.gallery().found == [6, 5, 4, 3, 2, 1]
    assert lab.savings()["pictures"].sum() <= 6 * 3
    assert lab.quoted().index.tolist() == ["low", "medium", "high"]
    assert "6 pictures and 12 questions to judges" in str(lab.reprice())
    assert "6 pictures as gpt-image-2" in str(lab.reprice(model="gpt-image-2"))


def test_wasted_questions_are_wasted_money(
    judged: Callable[..., Lab], simulator: Simulator
) -> None:
    """A question without an answer is waste, and still no picture."""
    simulator.faults.add(Fault.no_picture().only(times=1, word=WORD))
    lab = judged()
    compare(lab).judge(pairs=1)
    (line,) = lab.waste().to_dict("records")
    assert (line["pictures"], line["spent_usd"] > 0) == (0, True)


def test_forgotten_pictures_are_gone_though_they_were_judged(
    judged: Callable[..., Lab], tmp_path: Path
) -> None:
    """A judge's row keeps no picture alive, nor what was made of it for the judge."""
    lab = judged()
    comparison = compare(lab)
    comparison.judge()
    picture = comparison[0].picture
    assert list((tmp_path / "data").rglob(f"{picture}-judge-768.jpg"))
    lab.forget(comparison[0])
    assert not list((tmp_path / "data").rglob(f"{picture}*"))


def test_a_picture_that_is_gone_costs_nothing(
    judged: Callable[..., Lab], tmp_path: Path, simulator: Simulator
) -> None:
    """Questions about a lost file are not sent; the others are answered."""
    lab = judged()
    comparison = compare(lab)
    (file,) = (tmp_path / "data").rglob(f"{comparison['a fox', 'low'].picture}.*")
    file.unlink()
    judgement = comparison.judge()
    assert (len(judgement.votes), simulator.requests) == (8, 8)
    assert set(of_judges(lab)["status"]) == {"done", "failed"}
    assert "cannot be shown to the judge" in str(judgement)
    settled(lab)


def test_stop_finishes_what_is_under_way(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """A stopped run keeps and counts what was sent, and a later one asks for the rest."""
    simulator.faults.add(Fault.slow(0.3).only(word=WORD))
    lab = judged(concurrency=2)
    comparison = compare(lab)
    run = comparison.start_judge()
    while not simulator.requests:
        threading.Event().wait(0.01)
    run.stop()
    judgement = run.result(30)
    assert len(judgement.votes) + len(judgement.left) == 12
    assert judgement.left
    assert simulator.billed.nano == spent_on_judges(lab)
    simulator.faults.clear()
    assert len(comparison.judge().votes) == simulator.requests == 12


def test_a_progress_counts_questions(judged: Callable[..., Lab]) -> None:
    """Whoever follows is told of every answer and of the money."""
    told: list[Any] = []

    class Screen:
        def update(self, landed: Any, progress: Any) -> None:
            told.append(progress)

    comparison = compare(judged())
    made = jury(comparison._field(None), "gpt-4o", rubric=None, side=768, pairs=2)
    run = bind(comparison._session, made, fresh=False, unknown="keep")
    result = run.start(Screen()).result(30)
    assert (told[-1].landed, told[-1].pictures, told[-1].finished) == (4, 4, True)
    assert told[-1].spent_nano == result.cost_nano


def test_the_request_is_the_real_formats(made: Path, tmp_path: Path) -> None:
    """Two pictures go as data URLs with a JSON schema and a bound, and the prompt is told."""
    shutil.copytree(made, tmp_path / "data")
    with (
        Server(lambda asked: answer(200, said("B", "finer fur"))) as server,
        Lab(base_url=server.url, api_key=KEY, path=tmp_path / "data") as lab,
    ):
        pictures = Lab(path=tmp_path / "data")
        judgement = judge_elsewhere(compare(pictures), lab, pairs=1)
        pictures.close()
        body = server.asked[0].json
        rows = lab._session.ledger.rows()
    assert [one.line.split()[1] for one in server.asked] == ["/v1/chat/completions"] * 2
    (message,) = body["messages"]
    kinds = [part["type"] for part in message["content"]]
    assert kinds == ["text", "text", "image_url", "text", "image_url"]
    shown = [part["image_url"] for part in message["content"] if part["type"] == "image_url"]
    assert all(one["url"].startswith("data:image/jpeg;base64,") for one in shown)
    assert shown[0]["url"] != shown[1]["url"]
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body["max_completion_tokens"] == 600
    assert {vote.winner for vote in judgement.votes} == {"right"}
    paid = [row for row in rows if row["operation"] == "judge"]
    assert [(row["cost_nano"], row["simulated"]) for row in paid] == [
        (1000 * 400 + 30 * 1600, 0)
    ] * 2


def judge_elsewhere(comparison: Comparison, lab: Lab, **options: Any) -> Any:
    """Have pictures of one lab judged by the provider of another, on the same ledger."""
    made = jury(comparison._field(None), "gpt-4.1-mini", **{"rubric": None, "side": 768, **options})
    return bind(lab._session, made, fresh=False, unknown="keep").start().result(30)


def said(winner: str, reason: str, **usage: int) -> bytes:
    """Write an answer as the real API does."""
    content = json.dumps({"reason": reason, "winner": winner})
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    counts = {"prompt_tokens": 1000, "completion_tokens": 30, "total_tokens": 1030, **usage}
    return json.dumps({"object": "chat.completion", "choices": [choice], "usage": counts}).encode()


def test_an_answer_of_a_judge_that_was_not_counted_was_perhaps_billed(
    made: Path, tmp_path: Path
) -> None:
    """What is no verdict and says no tokens is at risk, and its words name what to do."""
    shutil.copytree(made, tmp_path / "data")
    with (
        Server(lambda asked: answer(200, b"<html>")) as server,
        Lab(base_url=server.url, api_key=KEY, path=tmp_path / "data") as real,
        Lab(path=tmp_path / "data") as pictures,
    ):
        judge_elsewhere(compare(pictures), real, pairs=1)
        rows = [row for row in real._session.ledger.rows() if row["operation"] == "judge"]
    assert {(row["status"], row["billed"]) for row in rows} == {("spoilt", "perhaps")}
    assert "It may have been billed" in rows[0]["error"]
    assert "fresh=True" in rows[0]["error"]


def test_real_and_simulated_judges_never_mix(made: Path, tmp_path: Path) -> None:
    """A real judge pays from the real purse, though the pictures were simulated."""
    shutil.copytree(made, tmp_path / "data")
    with (
        Server(lambda asked: answer(200, said("A", "light"))) as server,
        Lab(base_url=server.url, api_key=KEY, path=tmp_path / "data") as real,
        Lab(path=tmp_path / "data") as simulated,
    ):
        before = simulated._purse()
        judge_elsewhere(compare(simulated), real, pairs=1)
        assert simulated._purse() == before
        assert real._purse().spent == 2 * (1000 * 400 + 30 * 1600)


def test_the_key_is_nowhere(made: Path, tmp_path: Path) -> None:
    """A server that echoes the key in its answer, its reason or an error writes it nowhere."""
    shutil.copytree(made, tmp_path / "data")
    turns = iter([said("A", f"because {KEY}"), f'{{"error": {{"message": "{KEY}"}}}}'.encode()])

    def reply(asked: Asked) -> Any:
        body = next(turns, b"nothing")
        return answer(200 if b"choices" in body else 500, body)

    with (
        Server(reply) as server,
        Lab(base_url=server.url, api_key=KEY, path=tmp_path / "data", concurrency=1) as lab,
        Lab(path=tmp_path / "data") as pictures,
    ):
        judgement = judge_elsewhere(compare(pictures), lab, pairs=1)
        assert "[key]" in judgement.frame["reason"].iloc[0]
        assert KEY not in judgement._repr_html_()
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert KEY.encode() not in written


def test_a_refused_key_stops_at_once(judged: Callable[..., Lab], simulator: Simulator) -> None:
    """An error that the next question would meet too ends the run, and is raised."""
    simulator.faults.add(Fault.bad_key().only(word=WORD))
    with pytest.raises(KeyRefusedError):
        compare(judged(concurrency=1)).judge()
    assert simulator.requests == 1


def test_an_overrun_is_recorded_and_stops(made: Path, tmp_path: Path) -> None:
    """A bill above its hold is recorded as it is, stops the run, and raises the next hold."""
    shutil.copytree(made, tmp_path / "data")
    dear = said("A", "light", prompt_tokens=900_000)
    with (
        Server(lambda asked: answer(200, dear)) as server,
        Lab(base_url=server.url, api_key=KEY, path=tmp_path / "data", concurrency=1) as lab,
        Lab(path=tmp_path / "data") as pictures,
    ):
        comparison = compare(pictures)
        first = judge_elsewhere(comparison, lab, pairs=3)
        assert (len(first.votes), len(first.left)) == (1, 5)
        judge_elsewhere(comparison, lab, pairs=3)
        holds = [r["hold_nano"] for r in lab._session.ledger.rows() if r["operation"] == "judge"]
        assert holds[1] >= 900_000 * 400


def test_a_vote_is_made_of_an_answer_that_lies_there(
    judged: Callable[..., Lab], simulator: Simulator
) -> None:
    """A process that dies between answer and vote loses nothing: the next run makes the vote."""
    lab = judged()
    comparison = compare(lab)
    comparison.judge(pairs=1)
    with lab._session.ledger.writing() as connection:
        connection.exec_driver_sql("DELETE FROM votes")
    assert len(comparison.judge(pairs=1).votes) == len(comparison.votes) == 2
    assert simulator.requests == 2


def test_the_same_pairs_are_drawn_every_time(judged: Callable[..., Lab]) -> None:
    """Fewer pairs than there are do not change from run to run, or money would be paid anew."""
    comparison = compare(judged())
    drawn = [
        [cell.request.parents for cell in jury_of(comparison, pairs).cells()] for pairs in (3, 3, 6)
    ]
    assert drawn[0] == drawn[1]
    assert len(drawn[2]) == 12


def test_other_ids_make_the_same_questions() -> None:
    """Which picture came first, and got the lower id, changes neither pairs nor their order."""
    from imagelab.deciding.field import Field
    from tests.deciding.contests import field

    usual = field(levels=3, rounds=3)
    turned = Field(
        usual.by,
        usual.levels,
        {
            9000 - number: replace(entry, generation=replace(entry.generation, id=9000 - number))
            for number, entry in usual.entries.items()
        },
    )
    asked = [
        [cell.factors for cell in jury(one, "gpt-4o", rubric=None, side=768, pairs=5).cells()]
        for one in (usual, turned)
    ]
    assert asked[0] == asked[1]


def jury_of(comparison: Comparison, pairs: int) -> Any:
    """Set up a jury on a comparison."""
    return jury(comparison._field(None), "gpt-4o", rubric=None, side=768, pairs=pairs)


def test_prompts_that_are_compared_are_not_told(lab: Lab) -> None:
    """Where prompts are what is compared the judge reads the rubric and no prompt."""
    comparison = lab.compare(["a fox", "an owl"])
    made = jury(comparison._field("prompt"), "gpt-4o", rubric=None, side=768, pairs=1)
    assert {cell.request.prompt for cell in made.cells()} == {question.RUBRIC}


def test_a_compared_word_is_hidden_and_said_to_be(lab: Lab) -> None:
    """Where a part of the prompt is compared, the judge reads that, and not what it is."""
    comparison = lab.compare("a {animal} in snow", animal=["fox", "owl"])
    made = jury(comparison._field("animal"), "gpt-4o", rubric=None, side=768, pairs=1)
    for cell in made.cells():
        assert "a {animal} in snow\n(What stands in braces" in cell.request.prompt
        assert "fox" not in cell.request.prompt


def test_originals_go_as_they_are(judged: Callable[..., Lab]) -> None:
    """side=None sends the kept bytes; thumbnails have the longer edge that was asked for."""
    from imagelab.judging import drawer
    from imagelab.pictures import look

    lab = judged()
    one = compare(lab)[0]
    draw = drawer(lab._session.store)
    assert draw(str(one.picture), None) == one.bytes
    small = look(draw(str(one.picture), 300))
    assert (small.format, small.width, small.height) == ("jpeg", 300, 300)


def test_a_replay_holds_no_judge(judged: Callable[..., Lab], tmp_path: Path) -> None:
    """A lab that replays a ZIP says that there is no verdict in it, and bills nothing."""
    compare(judged()).zip(tmp_path / "six.zip")
    with Lab(replay=tmp_path / "six.zip", path=tmp_path / "replay") as lab:
        with pytest.raises(ImageLabError, match="no verdict"):
            compare(lab).judge(pairs=1)
        assert spent_on_judges(lab) == 0


def test_a_ledger_from_before_there_were_judges_opens(
    judged: Callable[..., Lab], tmp_path: Path
) -> None:
    """A ledger without room for answers grows it, keeps its pictures, and can be judged."""
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite")) as ledger:
        ledger.execute("ALTER TABLE generations DROP COLUMN answer")
        ledger.execute("UPDATE schema_version SET version = 2")
        ledger.commit()
    comparison = compare(judged())
    assert {one.status for one in comparison} == {"done"}
    assert len(comparison.judge(pairs=1).votes) == 2
