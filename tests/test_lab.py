"""The lab, through its front door, on the embedded simulator."""

from __future__ import annotations

import gc
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import PIL.Image
import pytest

import imagelab
from imagelab import Comparison, Lab, Run, Sweep
from imagelab.errors import (
    BudgetError,
    ImageLabError,
    InputError,
    KeyRefusedError,
    MissingKeyError,
    ModelError,
    OutcomeUnknownError,
    RecordError,
    SetupError,
    SpoiltError,
    TemplateError,
    UnreachableError,
)
from imagelab.simulator import Fault, Simulator
from tests.servers import Asked, Server, success

OpenLab = Callable[..., Lab]
SECRET = "sk-" + "secret" * 5


def test_a_lab_without_words_is_the_simulator(lab: Lab) -> None:
    """``Lab()`` is simulated and says so."""
    assert "Simulator" in repr(lab)
    assert lab.model == "gpt-image-1"


def test_one_picture(lab: Lab) -> None:
    """``generate`` gives a picture with its cost, tokens and file."""
    made = lab.generate("a red fox in snow")
    assert made.status == "done"
    assert made.image.size == (1024, 1024)
    assert made.usage.image_output_tokens == 272
    assert made.path.read_bytes() == made.bytes
    assert made.cost_usd == made.quoted_usd == pytest.approx(272 * 40e-6 + 11 * 5e-6)


def test_the_file_is_named_by_its_content(lab: Lab) -> None:
    """The picture's sha256 is in the row and whole in the file's name."""
    made = lab.generate("a red fox in snow")
    assert made.picture is not None
    assert len(made.picture) == 64
    assert made.picture in made.path.name


def test_asking_again_is_free(lab: Lab) -> None:
    """The same request comes from the ledger: same row, no second cost."""
    first = lab.generate("a red fox in snow")
    again = lab.generate("a red fox in snow")
    assert again.id == first.id
    assert lab.spent_usd == first.cost_usd


def test_fresh_makes_another_picture(lab: Lab) -> None:
    """``fresh=True`` pays for a new take, and later calls show it."""
    first = lab.generate("a red fox in snow")
    fresh = lab.generate("a red fox in snow", fresh=True)
    assert fresh.picture != first.picture
    assert fresh.take == 2
    assert lab.generate("a red fox in snow").id == fresh.id


def test_fresh_in_a_new_kernel_is_a_new_picture(open_lab: OpenLab) -> None:
    """A new lab's simulator goes on counting where the ledger stands."""
    first = open_lab().generate("a red fox in snow")
    later = open_lab().generate("a red fox in snow", fresh=True)
    assert later.picture != first.picture


def test_rows_survive_the_lab(open_lab: OpenLab) -> None:
    """A second lab on the same path sees the rows and pays nothing."""
    made = open_lab().generate("a red fox in snow")
    second = open_lab()
    assert list(second.log["id"]) == [made.id]
    assert second.generate("a red fox in snow").picture == made.picture


def test_settings_go_to_the_picture(lab: Lab) -> None:
    """Size, format and background are what comes back."""
    made = lab.generate(
        "a red fox", size="1024x1536", output_format="webp", background="transparent"
    )
    assert made.image.size == (1024, 1536)
    assert (made.image.format, made.image.mode) == ("WEBP", "RGBA")


def test_save_writes_the_bytes_as_received(lab: Lab, tmp_path: Path) -> None:
    """``save`` copies the bytes, never re-encoding them."""
    made = lab.generate("a red fox in snow")
    assert made.save(tmp_path / "fox.png").read_bytes() == made.bytes


def test_compare_asks_for_every_combination(lab: Lab) -> None:
    """Two prompts at two tiers are four pictures, in order."""
    made = lab.compare(["a fox", "an owl"], quality=["low", "medium"])
    assert [(one.prompt, one.request.quality) for one in made] == [
        ("a fox", "low"),
        ("a fox", "medium"),
        ("an owl", "low"),
        ("an owl", "medium"),
    ]


def test_equal_prompts_share_a_picture(lab: Lab) -> None:
    """The same prompt twice in one sweep is asked for once."""
    made = lab.compare(["a fox", "a fox"])
    assert len(made) == 2
    assert len({one.id for one in made}) == 1
    assert len(lab.log) == 1


def test_more_samples_pay_for_the_new_ones_only(lab: Lab) -> None:
    """Raising samples from 1 to 2 asks for one more picture."""
    lab.compare("a fox", samples=1)
    second = lab.compare("a fox", samples=2)
    assert len(lab.log) == 2
    assert len({one.picture for one in second}) == 2


def test_samples_of_a_new_kernel_are_new_pictures(open_lab: OpenLab) -> None:
    """Samples asked for by another lab differ from those that are there."""
    open_lab().compare("a fox", samples=2)
    made = open_lab().compare("a fox", samples=4)
    assert len({one.picture for one in made}) == 4


def test_start_returns_at_once_and_result_waits(lab: Lab) -> None:
    """``start`` gives a run whose result is the comparison."""
    run = lab.start(Sweep(["a fox", "an owl"]))
    assert len(run.result()) == 2
    assert run.done


def test_thumbnails_have_the_size_that_is_set(lab: Lab) -> None:
    """What comparisons show and keep from then on is as large as told."""
    assert lab.thumbnails == 256
    lab.thumbnails = 96
    made = lab.compare("a fox", quality=["low"])
    small = made.grid().thumbnails[0]
    assert max(PIL.Image.open(io.BytesIO(small)).size) == 96
    with pytest.raises(InputError, match="thumbnails is a number between 64 and 1,024"):
        lab.thumbnails = 5000


def test_variables_can_be_compared(lab: Lab) -> None:
    """``compare`` takes template variables as ``Sweep`` does."""
    made = lab.compare("a {animal}", animal=["fox", "owl"])
    assert [one.prompt for one in made] == ["a fox", "a owl"]


def test_the_log_is_oldest_first(lab: Lab) -> None:
    """The log has one row per picture, in the order they were asked for."""
    lab.generate("a fox")
    lab.generate("an owl")
    assert list(lab.log["prompt"]) == ["a fox", "an owl"]
    assert lab.log["time"].is_monotonic_increasing


def test_costs_follow_the_log(lab: Lab) -> None:
    """The cost table adds up what was spent."""
    lab.compare("a fox", quality=["low", "medium"])
    assert float(lab.costs("quality")["spent_usd"].sum()) == pytest.approx(lab.spent_usd)


def test_the_data_folder_ignores_itself(lab: Lab) -> None:
    """The folder keeps pictures and ledger out of git by its own file."""
    assert (lab.path / ".gitignore").read_text() == "*\n"


def test_an_empty_data_folder_ignores_itself(open_lab: OpenLab, tmp_path: Path) -> None:
    """A folder that was made for the data by hand is kept out of git too."""
    (tmp_path / "mine").mkdir()
    assert (open_lab(path=tmp_path / "mine").path / ".gitignore").is_file()


@pytest.mark.parametrize("path", [".", ""])
def test_a_project_is_not_hidden_from_its_git(
    open_lab: OpenLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A lab right in somebody's project leaves what git sees of it alone."""
    (tmp_path / "work.py").write_text("print()\n")
    monkeypatch.chdir(tmp_path)
    assert open_lab(path=path).generate("a fox").status == "done"
    assert sorted(one.name for one in tmp_path.iterdir() if "ledger" not in one.name) == [
        "pictures",
        "work.py",
    ]


def test_the_card_shows_provider_money_and_files(open_lab: OpenLab) -> None:
    """A lab shows provider, model, spent, budget and folder."""
    told = open_lab(budget=5)._repr_html_()
    for word in ("Simulator", "gpt-image-1", "$0 (simulated money)", "$5.00", "data"):
        assert word in told


def test_a_lab_closes_after_itself(tmp_path: Path) -> None:
    """Leaving the ``with`` block ends the simulator: nothing is left open."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Lab(path=tmp_path) as lab:
            lab.generate("a fox")
        del lab
        gc.collect()


def test_the_environment_names_the_provider(
    open_lab: OpenLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMAGELAB_PROVIDER is used where no provider is named."""
    monkeypatch.setenv("IMAGELAB_PROVIDER", "openai")
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY"):
        open_lab()


@pytest.mark.parametrize(
    ("provider", "variable"), [("openai", "OPENAI_API_KEY"), ("vercel", "AI_GATEWAY_API_KEY")]
)
def test_a_missing_key_names_the_variable(open_lab: OpenLab, provider: str, variable: str) -> None:
    """The error says which variable to set, and that the simulator needs none."""
    with pytest.raises(MissingKeyError, match=rf"{variable}.*Lab\(\)"):
        open_lab(provider)


@pytest.mark.parametrize(("provider", "prefix"), [("openai", ""), ("vercel", "openai/")])
def test_providers_ask_for_their_own_model_ids(
    open_lab: OpenLab, provider: str, prefix: str
) -> None:
    """One model has one name in the ledger, and each provider's own on the wire."""
    with Simulator() as server:
        lab = open_lab(provider, base_url=server.url, api_key=SECRET, model="gpt-image-2")
        made = lab.generate("a fox")
        assert server.billed.rows[0].model == f"{prefix}gpt-image-2".removeprefix("openai/")
    assert made.request.model == "gpt-image-2"
    assert (made.provider, made.simulated) == (provider, False)


def test_an_address_counts_as_real_money(open_lab: OpenLab) -> None:
    """A ``base_url`` lab spends from the real purse at assumed list prices."""
    with Simulator() as server:
        lab = open_lab(base_url=server.url, api_key=SECRET)
        made = lab.generate("a fox")
    assert (made.simulated, made.cost_basis) == (False, "assumed")
    assert made.cost_usd is not None
    assert made.provider == server.url.split("/")[2]


def test_a_simulator_elsewhere_is_simulated_money(open_lab: OpenLab) -> None:
    """``Lab("simulator", base_url=...)`` says that the money is not real."""
    with Simulator() as server:
        assert open_lab("simulator", base_url=server.url).generate("a fox").simulated


def test_an_unknown_model_at_an_address_has_an_unknown_cost(open_lab: OpenLab) -> None:
    """A model without a price costs unknown, and its hold counts as risk."""
    with Simulator() as server:
        lab = open_lab("mine", base_url=server.url, api_key=SECRET, model="my-own-model")
        with pytest.raises(ImageLabError) as caught:
            lab.generate("a fox")
    assert caught.value.generation.quoted_usd is None
    assert caught.value.generation.hold_nano > 0


def test_no_key_in_sight(open_lab: OpenLab, tmp_path: Path) -> None:
    """The key is in no repr, no card, no row, no pickle of a row, and no file."""
    with Simulator() as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        made = lab.generate("a fox")
        shown = [repr(lab), lab._repr_html_(), repr(made), repr(lab._session), repr(vars(lab))]
    assert not [text for text in shown if SECRET in text]
    assert SECRET not in lab.log.to_csv()
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [data for data in files if SECRET.encode() in data]


def test_a_wrong_key_is_said_and_the_row_stays(open_lab: OpenLab) -> None:
    """A refused key is an error of its own, its row failed and not billed, the key unseen."""
    with Simulator(faults=[Fault.bad_key()]) as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        with pytest.raises(KeyRefusedError) as caught:
            lab.generate("a fox")
    row = caught.value.generation
    assert (row.status, row.billed, row.cost_nano) == ("failed", "no", 0)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_nobody_at_the_address_is_said(open_lab: OpenLab) -> None:
    """A server that is not there is unreachable: nothing billed, the row kept."""
    lab = open_lab("openai", base_url="http://127.0.0.1:9/v1", api_key=SECRET)
    with pytest.raises(UnreachableError, match="Nobody answers"):
        lab.generate("a fox")
    assert list(lab.log["status"]) == ["failed"]


def test_a_corrupt_picture_is_spoilt_and_kept(open_lab: OpenLab) -> None:
    """Bytes that are no picture are billed, kept, and an error of their own."""
    with Simulator(faults=[Fault.no_picture()]) as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        with pytest.raises(SpoiltError) as caught:
            lab.generate("a fox")
    row = caught.value.generation
    assert (row.status, row.billed) == ("spoilt", "yes")
    assert row.cost_usd == row.quoted_usd
    assert row.path.suffix == ".bin"
    assert row.bytes


def test_a_failure_in_a_sweep_is_a_row(open_lab: OpenLab) -> None:
    """One picture that fails is not the end of the others."""
    with Simulator(faults=[Fault.moderated_input().only(word="forbidden")]) as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        made = lab.compare(["a fox", "something forbidden", "an owl"])
    assert [one.status for one in made] == ["done", "refused", "done"]


def test_a_lost_answer_is_unknown_money(open_lab: OpenLab) -> None:
    """An answer that breaks off is a row that says perhaps billed, its hold at risk."""
    with Simulator(faults=[Fault.drop()]) as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        with pytest.raises(OutcomeUnknownError) as caught:
            lab.generate("a fox")
        row = caught.value.generation
        assert (row.status, row.billed, row.cost_nano) == ("unknown", "perhaps", None)
        assert server.billed.pictures == 1
    assert "at risk" in repr(lab)


def test_the_budget_is_never_passed(open_lab: OpenLab) -> None:
    """What does not fit is not sent; the comparison says what was left."""
    made = open_lab(budget=0.03).compare([f"fox {number}" for number in range(6)])
    assert sum(one.status == "done" for one in made) == 2
    assert len(made.left) == 4
    assert "budget" in next(iter(made.left.values()))


def test_a_picture_over_budget_is_refused(open_lab: OpenLab) -> None:
    """A single picture that does not fit raises before anything is sent."""
    lab = open_lab(budget=0.001)
    with pytest.raises(BudgetError, match=r"\$0.001"):
        lab.generate("a fox")
    assert lab.log.empty


@pytest.mark.parametrize("budget", [-1, float("nan"), float("inf"), 1e12, "much"])
def test_an_absurd_budget_is_refused(open_lab: OpenLab, budget: object) -> None:
    """A budget that is no sum of money is an input error."""
    with pytest.raises(InputError):
        open_lab(budget=budget)


@pytest.mark.parametrize(
    "options",
    [{"concurrency": 0}, {"concurrency": True}, {"concurrency": 2.5}, {"timeout": -1}],
)
def test_absurd_options_are_refused(open_lab: OpenLab, options: dict[str, object]) -> None:
    """Options out of range say what they take."""
    with pytest.raises(InputError, match="is a number between"):
        open_lab(**options)


@pytest.mark.parametrize("path", [None, 3, "a\0b"])
def test_a_path_that_is_none_is_refused(open_lab: OpenLab, path: object) -> None:
    """A folder that is no path is an input error."""
    with pytest.raises(InputError, match="path is a folder"):
        open_lab(path=path)


def test_a_misspelt_option_is_named(open_lab: OpenLab) -> None:
    """A lab's misspelt option is an error with the right word."""
    with pytest.raises(InputError, match="Did you mean budget"):
        open_lab(bugdet=5)


@pytest.mark.parametrize(
    ("call", "remedy"),
    [
        (lambda lab: lab.run("a fox"), r"lab\.run\(Sweep"),
        (lambda lab: lab.run(["a fox"]), r"lab\.compare"),
        (lambda lab: lab.start("a fox"), r"lab\.run\(Sweep"),
        (lambda lab: lab.compare(Sweep("a fox")), r"lab\.run\(sweep\)"),
        (lambda lab: lab.compare(["a fox"], ["low"]), r"Name the rest: quality="),
        (lambda lab: lab.compare([]), "at least one text"),
        (lambda lab: lab.compare({"a fox": 1}), "not a mapping"),
        (lambda lab: lab.compare([1, 2]), "A prompt is a text"),
        (lambda lab: lab.compare("a fox", variables=["a"]), "variables="),
        (lambda lab: lab.generate(["a fox", "an owl"]), r"lab\.compare"),
        (lambda lab: lab.generate("a fox", samples=2), r"lab\.compare\(prompt, samples="),
        (lambda lab: lab.generate("a fox", qualtiy="low"), "Did you mean quality"),
        (lambda lab: lab.generate("a fox", "low"), "Name the rest"),
        (lambda lab: lab.generate(), "prompt"),
        (lambda lab: lab.generate("a fox", quality="hd"), "DALL-E"),
        (lambda lab: lab.generate("a fox", quality="High"), "Did you mean 'high'"),
        (lambda lab: lab.generate("a fox", moderation="none"), "choose auto or low"),
        (lambda lab: lab.costs(3), "not 3"),
        (lambda lab: lab.quote(Sweep("a fox"), quality="low"), r"Sweep\(prompts, quality="),
        (lambda lab: lab.quote("a fox", quality="hihg"), "hihg"),
        (lambda lab: lab.quote("a fox", model="gpt-imag-1"), "gpt-image-1"),
        (
            lambda lab: lab.generate("a fox", quality=["low", "high"]),
            r"lab\.compare\(prompt, quality=",
        ),
        (lambda lab: lab.generate("a fox", size=(1024, 1024)), "write it as '1024x1024'"),
        (lambda lab: lab.edit(b"", "make it night"), "takes the prompt first"),
        (lambda lab: lab.edit("make it night", b"no picture"), "cannot identify image file\\.$"),
        (lambda lab: lab.bench(5), "'prompt'.*a unicode string"),
        (lambda lab: lab.gallery(5), "words to search for, not 5"),
        (lambda lab: lab.forecast("month"), "nothing may stand without a name"),
    ],
)
def test_a_wrong_call_names_its_remedy(
    lab: Lab, call: Callable[[Lab], object], remedy: str
) -> None:
    """What cannot be asked for is an input error that says what to write, and leaves no row."""
    with pytest.raises(InputError, match=remedy):
        call(lab)
    assert lab.log.empty


def test_a_lab_quotes_a_prompt_with_its_own_model(lab: Lab) -> None:
    """A lab's quote for a prompt is what the lab then pays for it."""
    told = lab.quote("a fox", quality="medium")
    assert told.to_pay_usd == lab.generate("a fox", quality="medium").cost_usd


def test_a_lab_quotes_a_sweep(lab: Lab) -> None:
    """A lab's quote for a sweep counts what the ledger holds, and what is still to pay."""
    lab.generate("a fox")
    told = lab.quote(Sweep("a fox", quality=["low", "medium"]))
    assert (told.pictures, told.already, told.to_pay) == (2, 1, 1)
    assert told.to_pay_nano == imagelab.quote("a fox", model=lab.model, quality="medium").nano


def test_a_quote_sends_nothing(lab: Lab) -> None:
    """Asking what something costs leaves no row and holds no money."""
    lab.quote("a fox")
    assert lab.log.empty
    assert lab.spent_usd == 0


def test_a_shortfall_is_told_where_no_grid_shows_it(
    open_lab: OpenLab, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside notebooks what did not come is one line with its reason on standard error."""
    made = open_lab(budget=0.03).compare([f"fox {number}" for number in range(6)])
    told = capsys.readouterr().err
    assert "2 of 6 pictures. 4 not asked for" in told
    assert "budget" in told
    assert repr(made).startswith("Comparison(2 of 6 pictures, $")


def test_a_shortfall_is_told_once(open_lab: OpenLab, capsys: pytest.CaptureFixture[str]) -> None:
    """However often a run's result is taken, its shortfall is told once."""
    run = open_lab(budget=0.011).start(Sweep(["a fox", "an owl"]))
    run.result()
    run.result()
    assert capsys.readouterr().err.count("1 of 2 pictures") == 1


def test_dollars_of_a_card_are_no_maths(lab: Lab) -> None:
    """In a notebook a lab's card is marked to be left alone by what sets maths."""
    assert lab._repr_html_().startswith('<div class="mathjax_ignore tex2jax_ignore">')


def test_every_reason_is_told_of_a_shortfall(open_lab: OpenLab) -> None:
    """Pictures that are missing for different reasons are counted by reason, the most first."""
    faults = [Fault.moderated_input().only(word="bad"), Fault.fail(500).only(word="ugly")]
    with Simulator(faults=faults) as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        made = lab.compare(["good", "bad", "ugly 1", "ugly 2"])
    told = made.shortfall or ""
    assert told.startswith("1 of 4 pictures. 2 without a good picture: The provider answered 500")
    assert "1 without a good picture: " in told
    assert "safety system" in told


def test_many_reasons_are_told_by_the_table(open_lab: OpenLab) -> None:
    """Where each picture is missing for a reason of its own, three are told, the rest counted."""
    faults = [Fault.fail(status).only(word=f"n{status}") for status in range(500, 506)]
    with Simulator(faults=faults) as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        made = lab.compare([f"n{status}" for status in range(500, 506)])
    told = made.shortfall or ""
    assert told.count("without a good picture") == 3
    assert told.endswith("3 more for other reasons: comparison.frame['error'] has them.")


def test_a_failed_picture_is_a_shortfall(open_lab: OpenLab) -> None:
    """A refused picture counts as missing, with the reason of its row."""
    with Simulator(faults=[Fault.moderated_input().only(word="forbidden")]) as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        made = lab.compare(["a fox", "something forbidden"])
    assert made.shortfall is not None
    assert made.shortfall.startswith("1 of 2 pictures. 1 without a good picture: ")


def test_an_unknown_provider_is_refused(open_lab: OpenLab) -> None:
    """A provider nobody knows is an error that names those there are."""
    with pytest.raises(SetupError, match="openai"):
        open_lab("opanai")


def test_an_unknown_model_suggests_the_right_one(open_lab: OpenLab) -> None:
    """A misspelt model is refused before anything is sent."""
    with pytest.raises(ModelError, match="gpt-image-1"):
        open_lab(model="gpt-imag-1")


def test_an_illegal_picture_is_refused_before_sending(lab: Lab) -> None:
    """A wrong tier names those of the model, and leaves no row."""
    with pytest.raises(InputError, match=r"low.*medium.*high"):
        lab.generate("a fox", quality="ultra")
    assert lab.log.empty


def test_a_misspelt_setting_is_refused(lab: Lab) -> None:
    """``compare`` knows a misspelt setting from a template variable."""
    with pytest.raises(TemplateError, match="quality"):
        lab.compare("a fox", qality=["low"])


def test_a_file_in_place_of_the_folder_is_said(open_lab: OpenLab, tmp_path: Path) -> None:
    """A path that cannot be a folder is a record error that says so."""
    (tmp_path / "file").write_text("here")
    with pytest.raises(RecordError, match="cannot be used"):
        open_lab(path=tmp_path / "file")


def test_the_ledger_of_someone_else_is_left_alone(open_lab: OpenLab, tmp_path: Path) -> None:
    """A file that is no ledger is not touched."""
    (tmp_path / "ledger.sqlite").write_text("my diary")
    with pytest.raises(RecordError, match="no ledger"):
        open_lab(path=tmp_path)
    assert (tmp_path / "ledger.sqlite").read_text() == "my diary"


def test_a_retired_model_warns_once_with_its_successor(open_lab: OpenLab) -> None:
    """Asking a provider for a model it shut down names date and successor, once."""
    code = (
        "import warnings, tempfile; warnings.simplefilter('always')\n"
        "from imagelab import Lab\n"
        "for _ in range(2):\n"
        "    Lab('openai', api_key='k', model='gpt-image-1', path=tempfile.mkdtemp())\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stderr.count("was shut down on 2026-10-23") == 1
    assert "gpt-image-2.5" in told.stderr


def test_the_simulator_warns_of_nothing(lab: Lab) -> None:
    """The simulator serves retired models without a word."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lab.generate("a fox", model="gpt-image-1")


def test_two_labs_on_one_path_with_two_providers_are_kept_apart(open_lab: OpenLab) -> None:
    """The same request at two providers is two pictures and two purses."""
    with Simulator() as server:
        simulated = open_lab().generate("a fox", model="gpt-image-2")
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        real = lab.generate("a fox")
    assert real.id != simulated.id
    assert set(lab.log["simulated"]) == {True, False}
    assert lab.spent_usd == real.cost_usd


def test_quote_takes_a_request_or_settings() -> None:
    """``imagelab.quote`` gives the same for a request and for its settings."""
    request = imagelab.ImageRequest(prompt="a fox", model="gpt-image-1", quality="high")
    told = imagelab.quote("a fox", model="gpt-image-1", quality="high")
    assert imagelab.quote(request).nano == told.nano


def test_values_can_be_pickled() -> None:
    """A request goes through pickle unchanged, as it must for worker processes."""
    request = imagelab.ImageRequest(prompt="a fox", model="gpt-image-1")
    assert pickle.loads(pickle.dumps(request)) == request


def test_a_closed_lab_says_so_and_leaves_no_row(lab: Lab) -> None:
    """Asking a closed lab is an error of our own, and nothing is held or sent."""
    lab.close()
    with pytest.raises(SetupError, match="closed"):
        lab.generate("a fox")
    assert lab.log.empty


class Gate:
    """Holds answers back until it is opened, and tells when two requests are here."""

    def __init__(self) -> None:
        self.arrived, self.open = threading.Barrier(3), threading.Event()

    def __call__(self, asked: Asked) -> Iterator[bytes]:
        """Answer one request when the gate is open."""
        if not self.open.is_set():
            self.arrived.wait(20)
            self.open.wait(30)
        yield success(asked)


def test_leaving_the_block_waits_for_what_is_paid_for(open_lab: OpenLab) -> None:
    """A lab that closes sends no more, and cuts off nothing that is in flight."""
    gate = Gate()
    with Server(gate) as server:
        lab = open_lab("simulator", base_url=server.url, concurrency=2)
        with lab:
            run = lab.start(Sweep([f"fox {one}" for one in range(6)]))
            gate.arrived.wait(20)
            threading.Thread(target=_open_when_stopping, args=(run, gate), daemon=True).start()
        comparison = run.result(20)
        assert server.posts == 2
        assert [one.status for one in comparison.generations.values()] == ["done", "done"]
        assert set(comparison.left.values()) == {"the lab was closed"}


def _open_when_stopping(run: Run[Comparison], gate: Gate) -> None:
    while not run.progress().stopping:
        time.sleep(0.01)
    gate.open.set()


def test_an_interrupted_closing_cuts_off_nothing(open_lab: OpenLab) -> None:
    """Who will not wait for the end of a closing keeps an open lab, and every picture."""
    gate = Gate()
    with Server(gate) as server:
        lab = open_lab("simulator", base_url=server.url, concurrency=2)
        run = lab.start(Sweep([f"fox {one}" for one in range(6)]))
        gate.arrived.wait(20)
        threading.Thread(target=_interrupt_when_stopping, args=(run,), daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            lab.close()
        gate.open.set()
        comparison = run.result(20)
        assert [one.status for one in comparison.generations.values()] == ["done", "done"]
        assert lab.generate("fox 5").status == "done"


def _interrupt_when_stopping(run: Run[Comparison]) -> None:
    while not run.progress().stopping:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


def test_check_reads_every_picture_again(lab: Lab) -> None:
    """A folder that agrees with its ledger is well."""
    lab.generate("a fox")
    told = lab.check()
    assert (told.ok, told.rows, told.pictures) == (True, 1, 1)


def test_check_finds_what_is_gone_changed_or_strange(lab: Lab) -> None:
    """A missing picture, a changed one and a file that no row knows are each named."""
    gone, changed = lab.generate("a fox"), lab.generate("an owl")
    stray = gone.path.with_name("ab" * 32 + ".png")
    stray.write_bytes(b"who made this?")
    changed.path.write_bytes(b"something else")
    gone.path.unlink()
    told = lab.check()
    assert (told.missing, told.damaged, told.strays) == ((gone.id,), (changed.id,), (stray,))
    assert not told.ok


def test_check_tells_what_is_under_way(open_lab: OpenLab) -> None:
    """A picture that is being asked for is counted as such, and is nothing wrong."""
    answering = threading.Event()

    def answer(asked: Asked) -> bytes:
        answering.wait(20)
        return success(asked)

    with Server(answer) as server:
        lab = open_lab("simulator", base_url=server.url)
        run = lab.start(Sweep("a fox"))
        while not server.posts:
            time.sleep(0.01)
        told = lab.check()
        answering.set()
        run.result(20)
    assert (told.ok, told.under_way) == (True, 1)
    assert "1 still under way" in str(told)


def test_what_is_forgotten_keeps_its_row_and_cost(lab: Lab) -> None:
    """Forgetting deletes the picture and no money; asked for again, it is a new one."""
    made = lab.generate("a fox")
    file = made.path
    assert lab.forget(made) == 1
    assert not file.exists()
    assert lab.spent_usd == made.cost_usd
    assert lab.check().ok
    assert lab.generate("a fox").picture != made.picture


def test_forgetting_twice_deletes_nothing_more(lab: Lab) -> None:
    """What is counted are pictures that were there to be deleted."""
    made = lab.generate("a fox")
    assert (lab.forget(made), lab.forget(made)) == (1, 0)


def test_a_generation_of_another_ledger_is_not_forgotten(lab: Lab, tmp_path: Path) -> None:
    """The same number in another ledger is another picture: it stays, and so do the rest."""
    mine = lab.generate("a fox")
    with Lab(path=tmp_path / "other") as other:
        theirs = other.generate("an owl")
        assert theirs.id == mine.id
        with pytest.raises(InputError, match=r"not of this lab's ledger.*nothing was forgotten"):
            lab.forget([mine, theirs])
    assert mine.path.exists()


def test_what_was_perhaps_billed_is_not_forgotten(open_lab: OpenLab) -> None:
    """Forgetting is no way to have an unknown request sent again without saying so."""
    with Simulator(faults=[Fault.drop().only(times=1)]) as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET)
        comparison = lab.compare("a fox")
        lab.forget(comparison)
        assert lab.compare("a fox")[0].status == "unknown"
        assert server.requests == 1


def test_what_is_being_asked_for_is_not_forgotten(open_lab: OpenLab) -> None:
    """A picture in flight stays when it is forgotten in another kernel, and is paid for once."""
    answering = threading.Event()

    def answer(asked: Asked) -> bytes:
        answering.wait(20)
        return success(asked)

    with Server(answer) as server:
        one, other = (open_lab("openai", base_url=server.url, api_key=SECRET) for _ in range(2))
        first = one.start(Sweep("a fox"))
        while not server.posts:
            time.sleep(0.01)
        in_flight = other._session.ledger.generation(1)
        assert (in_flight.status, other.forget(in_flight)) == ("sent", 0)
        second = other.start(Sweep("a fox"))
        answering.set()
        assert [run.result(20)[0].status for run in (first, second)] == ["done", "done"]
        assert len(one.log) == server.posts == 1
        assert one.check().ok


def test_a_limit_of_ones_own_is_kept(open_lab: OpenLab) -> None:
    """``images_per_minute`` paces requests, so that a provider with that limit refuses none."""
    with Simulator(images_per_minute=600) as server:
        lab = open_lab("openai", base_url=server.url, api_key=SECRET, images_per_minute=600)
        made = lab.compare([f"fox {at}" for at in range(8)])
        assert server.requests == 8
    assert {one.status for one in made} == {"done"}


def test_fresh_is_true_or_false(lab: Lab) -> None:
    """A word for ``fresh`` is refused: "no" would count as yes, and be paid for again."""
    with pytest.raises(InputError, match="fresh is True or False; got 'no'"):
        lab.generate("a red fox in snow", fresh="no")  # type: ignore[arg-type]
    assert lab.spent_usd == 0


def test_a_quote_in_a_script_speaks_in_dollars(lab: Lab) -> None:
    """Without a notebook a lab's quote is a sentence too, and no list of fields."""
    assert repr(lab.quote("a red fox in snow")).startswith("Quote(1 picture: $0.011")


@pytest.mark.parametrize("what", ["fox", 5, [1]])
def test_only_generations_are_forgotten(lab: Lab, what: object) -> None:
    """What is no generation is refused before anything is deleted."""
    with pytest.raises(InputError, match="forget takes a generation"):
        lab.forget(what)  # type: ignore[arg-type]


def test_compare_knows_what_generate_calls_its_prompt(lab: Lab) -> None:
    """``prompt=`` is what the other calls say; here the message names the right word."""
    with pytest.raises(InputError, match=r"compare has no 'prompt'\. Call it prompts"):
        lab.compare(prompt="a fox")  # type: ignore[call-arg]


def test_one_generation_is_measured(lab: Lab) -> None:
    """A single picture is measured as a list of one would be; what is none is refused."""
    fox = lab.generate("a red fox in snow")
    assert list(lab.measure("sharpness", of=fox)["id"]) == [fox.id]
    with pytest.raises(InputError, match="of takes a comparison or generations"):
        lab.measure("sharpness", of="fox")  # type: ignore[arg-type]
