"""Sweeps: prompts x settings x samples, written down and not yet run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab import Sweep
from imagelab.errors import InputError, SetupError, TemplateError
from imagelab.sweep import reserved


def prompts_of(sweep: Sweep) -> list[str]:
    """List the prompts of a sweep's pictures, in order."""
    return [cell.request.prompt for cell in sweep.cells(model="gpt-image-1")]


@given(
    prompts=st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4),
    tiers=st.lists(st.sampled_from(["low", "medium", "high"]), min_size=1, max_size=3),
    samples=st.integers(1, 5),
)
def test_the_length_is_the_product(prompts: list[str], tiers: list[str], samples: int) -> None:
    """A sweep has prompts x tiers x samples pictures."""
    sweep = Sweep(prompts, quality=tiers, samples=samples)
    assert len(sweep) == len(sweep.cells(model="gpt-image-1"))
    assert len(sweep) == len(prompts) * len(tiers) * samples


def test_defaults_are_the_labs() -> None:
    """A setting that is not given is low, square, and the lab's model."""
    (cell,) = Sweep("a fox").cells(model="gpt-image-1")
    asked = cell.request
    assert (asked.quality, asked.size, asked.model) == ("low", "1024x1024", "gpt-image-1")


def test_the_sweeps_model_beats_the_labs() -> None:
    """A model named in the sweep is the one that is asked."""
    (cell,) = Sweep("a fox", model="gpt-image-2").cells(model="gpt-image-1")
    assert cell.request.model == "gpt-image-2"


def test_variables_fill_templates() -> None:
    """Names in braces take each of their values, the first name slowest."""
    sweep = Sweep("a {animal} in {scene}", animal=["fox", "owl"], scene=["snow", "rain"])
    assert prompts_of(sweep) == [
        "a fox in snow",
        "a fox in rain",
        "a owl in snow",
        "a owl in rain",
    ]


def test_variables_become_factors() -> None:
    """A picture's factors name the value of each variable beside the filled prompt."""
    cells = Sweep("a {animal}", animal=["fox", "owl"]).cells(model="gpt-image-1")
    assert [(cell.factors["animal"], cell.factors["prompt"]) for cell in cells] == [
        ("fox", "a fox"),
        ("owl", "a owl"),
    ]


def test_numbers_fill_templates_too() -> None:
    """A variable's values may be numbers."""
    assert prompts_of(Sweep("{count} foxes", count=[1, 2])) == ["1 foxes", "2 foxes"]


def test_braces_are_braces_without_variables() -> None:
    """Where no variables are given, a prompt may hold any braces."""
    assert prompts_of(Sweep("set {a, b} and {")) == ["set {a, b} and {"]


def test_doubled_braces_stay_in_templates() -> None:
    """In a template, doubled braces are braces."""
    assert prompts_of(Sweep("{{x}} {animal}", animal="fox")) == ["{x} fox"]


def test_a_mapping_of_variables_works_as_keywords_do() -> None:
    """``variables=`` fills the same slots."""
    assert prompts_of(Sweep("a {animal}", variables={"animal": ["fox"]})) == ["a fox"]


def test_a_missing_variable_is_named() -> None:
    """A slot that nothing fills is an error that shows the remedy."""
    with pytest.raises(TemplateError, match=r"\{scene\}.*scene=\[\.\.\.\]"):
        Sweep("a {animal} in {scene}", animal=["fox"])


def test_a_misspelt_setting_is_an_error_with_the_right_word() -> None:
    """A setting spelt wrongly is not taken for a variable."""
    with pytest.raises(TemplateError, match="Did you mean quality"):
        Sweep("a fox", qualty=["low"])


def test_n_is_called_samples() -> None:
    """The API's ``n`` is told its name here."""
    with pytest.raises(TemplateError, match="Did you mean samples"):
        Sweep("a fox", n=3)


@pytest.mark.parametrize("name", ["seconds", "status", "cost_usd", "moderation", "run", "mask"])
def test_columns_and_parameters_are_reserved(name: str) -> None:
    """A variable may not be called like a column of the log or a parameter of the API."""
    with pytest.raises(TemplateError, match="Rename it"):
        Sweep(f"a {{{name}}}", variables={name: ["x"]})


def test_reserved_words_are_many() -> None:
    """The reserved words hold every setting and the ledger's own names."""
    assert {"prompt", "quality", "sample", "request_id", "text_input_tokens"} <= reserved()


@pytest.mark.parametrize("samples", [0, -1, 1.5, True, "2"])
def test_samples_are_whole_and_positive(samples: object) -> None:
    """Anything but a whole number of at least one is refused."""
    with pytest.raises(InputError, match="samples is a whole number"):
        Sweep("a fox", samples=samples)  # type: ignore[arg-type]


def test_no_prompts_is_an_error() -> None:
    """An empty list of prompts is refused at once."""
    with pytest.raises(InputError, match="prompt has no values"):
        Sweep([])


@pytest.mark.parametrize("template", ["a {", "a {0}", "a {x!r}", "a {x:>5}", "a {x.y}"])
def test_templates_hold_plain_names_only(template: str) -> None:
    """Anything but ``{name}`` in a template is a clear error."""
    with pytest.raises(TemplateError):
        Sweep(template, variables={"x": ["fox"]})


def test_every_illegal_combination_is_named() -> None:
    """Binding a sweep names each impossible combination, and not the good ones."""
    sweep = Sweep("a fox", quality=["low", "ultra"], size=["1024x1024", "100x100"])
    with pytest.raises(InputError) as caught:
        sweep.cells(model="gpt-image-1")
    told = str(caught.value)
    assert told.startswith("3 combinations are impossible; nothing was sent")
    assert "low 100x100" in told
    assert "ultra 1024x1024" in told
    assert "low 1024x1024" not in told


def test_an_illegal_tier_says_which_are_allowed() -> None:
    """The message for a wrong tier lists the model's tiers."""
    with pytest.raises(InputError, match=r"low.*medium.*high"):
        Sweep("a fox", quality="ultra").cells(model="gpt-image-1")


def test_a_transparent_jpeg_is_refused() -> None:
    """Jpeg has no transparency, and that is said before anything is sent."""
    with pytest.raises(InputError, match="transparent"):
        Sweep("a fox", background="transparent", output_format="jpeg").cells(model="gpt-image-1")


def test_a_sweeps_quote_is_the_sum_of_its_pictures() -> None:
    """Three tiers of GPT Image 1 cost what their tokens cost, exactly."""
    quote = Sweep("a fox", quality=["low", "medium", "high"], model="gpt-image-1").quote()
    words = 3 * (quote.nano or 0) - 3 * (272 + 1056 + 4160) * 40_000
    assert words % (9 * 5_000) == 0
    assert quote.pictures == 3
    assert 0.219 < (quote.usd or 0) < 0.221


def test_a_quote_at_another_provider_uses_its_default_model() -> None:
    """Where the sweep names no model, the provider's own is quoted."""
    assert Sweep("a fox").quote("openai").nano == Sweep("a fox", model="gpt-image-2").quote().nano


def test_a_sweep_shows_itself_as_a_table() -> None:
    """In a cell, a sweep shows one line per picture, prompts escaped."""
    told = Sweep("<b>fox</b>", quality=["low", "high"])._repr_html_()
    assert "2 pictures, not yet asked for" in told
    assert "&lt;b&gt;fox" in told


def test_the_repr_names_what_varies() -> None:
    """A sweep's repr counts its pictures and names its factors."""
    told = repr(Sweep("a {animal}", animal=["fox", "owl"], quality=["low", "high"], samples=2))
    assert told == "Sweep(8 pictures; 1 prompt; animal: fox, owl; quality: low, high; 2 samples)"


def test_a_long_sweep_has_a_short_repr() -> None:
    """The repr of a sweep names some values, cut to a readable length, and counts the rest."""
    told = repr(Sweep("a {thing}", thing=["x" * 500, *map(str, range(3000))]))
    assert told.startswith("Sweep(3001 pictures; 1 prompt; thing: xxx")
    assert told.endswith("… 2995 more)")
    assert len(told) < 200


def test_a_long_sweep_has_a_short_table() -> None:
    """The table of a sweep shows its first pictures and counts the rest."""
    told = Sweep([f"fox {number}" for number in range(3000)])._repr_html_()
    assert told.count("<tr>") <= 21
    assert "… and 2980 more" in told


def test_dollars_in_prompts_are_no_maths() -> None:
    """In a notebook a sweep's table is marked to be left alone by what sets maths."""
    told = Sweep("a $5 bill and a $10 bill")._repr_html_()
    assert told.startswith('<div class="mathjax_ignore tex2jax_ignore">')


def test_the_frame_has_a_row_per_picture() -> None:
    """A sweep's frame is a table with one row per picture and its factors."""
    frame = Sweep("a {animal}", animal=["fox", "owl"], samples=2).frame
    assert list(frame["animal"]) == ["fox", "fox", "owl", "owl"]
    assert list(frame["sample"]) == [1, 2, 1, 2]


def test_an_unknown_provider_has_no_quote() -> None:
    """Quoting a sweep at a misspelt provider is an error that suggests the right one."""
    with pytest.raises(SetupError, match="Did you mean 'openai'"):
        Sweep("a fox").quote("opnai")


def test_an_unknown_model_is_quoted_as_unknown_with_a_guess() -> None:
    """Quoting a sweep with a misspelt model gives no dollars and a suggestion."""
    told = Sweep("a fox").quote(model="gpt-imge-2")
    assert told.usd is None
    assert "Did you mean 'gpt-image-2'" in repr(told)


@pytest.mark.parametrize("prompts", [{"a fox": 1}, [1, 2], 7, [b"a fox"], None], ids=repr)
def test_prompts_are_texts(prompts: object) -> None:
    """What is no text is not turned into a prompt."""
    with pytest.raises(InputError):
        Sweep(prompts)  # type: ignore[arg-type]


def test_values_are_no_mapping() -> None:
    """The keys of a mapping are not taken for values."""
    with pytest.raises(InputError, match="not a mapping"):
        Sweep("a {animal}", variables={"animal": {"fox": 1}})  # type: ignore[dict-item]
