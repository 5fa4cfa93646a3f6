from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagelab.catalog import models, prices, sizes, tokens
from imagelab.catalog.money import nano
from imagelab.errors import InputError, ModelError

GRID = {
    "1024x1024": (196, 439, 1756, 3122, 7024),
    "1536x1024": (158, 343, 1372, 2459, 5488),
    "1024x1536": (158, 343, 1372, 2459, 5488),
    "1536x864": (120, 280, 1078, 1917, 4312),
    "2048x1152": (157, 367, 1413, 2511, 5650),
    "2048x2048": (397, 892, 3568, 6343, 14272),
    "2560x1440": (205, 478, 1843, 3276, 7370),
    "2880x2880": (659, 1483, 5930, 10542, 23719),
    "3840x2160": (371, 865, 3336, 5930, 13342),
}
TIERS = ("low", "medium", "high", "xhigh", "max")
SAME_ON_2 = {"low": "low", "high": "medium", "max": "high"}
CELLS = [
    (size, tier, count)
    for size, row in GRID.items()
    for tier, count in zip(TIERS, row, strict=True)
]


# --- pictures out ---


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5"])
@pytest.mark.parametrize(
    ("tier", "counts"),
    [("low", (272, 408, 400)), ("medium", (1056, 1584, 1568)), ("high", (4160, 6240, 6208))],
)
def test_the_first_models_go_by_a_table(
    model: str, tier: str, counts: tuple[int, int, int]
) -> None:
    """The models up to 1.5 spend the published tokens: square, portrait, landscape."""
    three = ("1024x1024", "1024x1536", "1536x1024")
    assert tuple(tokens.output_tokens(model, tier, size).tokens for size in three) == counts


@pytest.mark.parametrize("model", ["gpt-image-2.5-sunburst", "gpt-image-2.5-flare"])
@pytest.mark.parametrize(("size", "tier", "count"), CELLS)
def test_2_5_goes_by_its_grid(model: str, size: str, tier: str, count: int) -> None:
    """2.5 spends what was measured, at every tier and size, and its bound is just that."""
    found = tokens.output_tokens(model, tier, size)
    assert (found.tokens, found.bound) == (count, count)


@pytest.mark.parametrize(
    ("size", "tier", "count"),
    [(size, SAME_ON_2[tier], count) for size, tier, count in CELLS if tier in SAME_ON_2],
)
def test_2_goes_by_its_grid(size: str, tier: str, count: int) -> None:
    """2 spends at low, medium and high what 2.5 does at low, high and max."""
    assert tokens.output_tokens("gpt-image-2", tier, size).tokens == count


def test_auto_squares_follow_the_same_formula() -> None:
    """What auto comes to where edges are free is bounded by the square of 1254 pixels."""
    bounds = [tokens.output_tokens("gpt-image-2.5-flare", t, "auto").bound for t in TIERS]
    assert bounds == [229, 515, 2058, 3659, 8232]


def test_the_bound_of_2_covers_what_was_seen() -> None:
    """Answers of 202 tokens were seen where the formula gives 196: the bound covers them."""
    found = tokens.output_tokens("gpt-image-2", "low", "1024x1024")
    assert (found.tokens, found.bound) == (196, 202)


@pytest.mark.parametrize("size", ["1024x1024", "1024x1536", "1536x1024"])
@pytest.mark.parametrize("tier", ["low", "medium", "high"])
def test_the_bound_of_mini_covers_its_published_dollars(tier: str, size: str) -> None:
    """Mini's bound pays for the published dollars, which exceed its tokens, rounding included."""
    price = prices.price("openai", "gpt-image-1-mini")
    published = prices.published("gpt-image-1-mini", tier, size)
    assert price is not None
    assert price.image_out is not None
    assert published is not None
    bound = tokens.output_tokens("gpt-image-1-mini", tier, size).bound
    assert (bound - 1) * price.image_out < published + nano("0.0005") <= bound * price.image_out


@pytest.mark.parametrize(
    ("tier", "times"), [("low", 4), ("medium", 4), ("high", 1), ("xhigh", 1), ("max", 1)]
)
def test_2_6_is_bounded_but_not_known(tier: str, times: int) -> None:
    """2.6 has no known count; it is held at four times 2.5 up to medium, and at 2.5 above."""
    like = tokens.output_tokens("gpt-image-2.5-flare", tier, "1024x1024")
    found = tokens.output_tokens("gpt-image-2.6-flare", tier, "1024x1024")
    assert (found.tokens, found.bound) == (None, times * like.bound)


@pytest.mark.parametrize("model", [model.id for model in models.all_models()])
def test_quality_auto_is_held_at_the_dearest_tier(model: str) -> None:
    """What auto quality spends is not known before; the bound is that of the dearest tier."""
    tiers = models.get(model).tiers
    each = [tokens.output_tokens(model, tier, "1536x1024").bound for tier in tiers]
    found = tokens.output_tokens(model, "auto", "1536x1024")
    assert (found.tokens, found.bound) == (None, max(each))


def test_size_auto_is_held_at_the_dearest_size() -> None:
    """What auto size spends on GPT Image 1 is bounded by its dearest size, the portrait."""
    found = tokens.output_tokens("gpt-image-1", "high", "auto")
    assert (found.tokens, found.bound) == (None, 6240)


def test_all_auto_is_held_at_the_dearest_of_all() -> None:
    """Quality and size auto together are bounded by the dearest tier at the dearest size."""
    assert tokens.output_tokens("gpt-image-1", "auto", "auto").bound == 6240


def free_sizes() -> st.SearchStrategy[str]:
    """Draw sizes that the free models take."""
    edges = st.tuples(st.integers(30, 240), st.integers(30, 240))
    drawn = edges.map(lambda pair: f"{pair[0] * 16}x{pair[1] * 16}")
    return drawn.filter(lambda size: sizes.problem(models.get("gpt-image-2"), size) is None)


@settings(deadline=None)
@given(free_sizes(), st.sampled_from([m.id for m in models.all_models() if m.sizes == "free"]))
def test_tiers_ascend_in_tokens(size: str, model: str) -> None:
    """At any size a higher tier of 2 and 2.5 spends more, and no count passes its bound."""
    counts = [tokens.output_tokens(model, tier, size) for tier in models.get(model).tiers]
    known = [count.tokens for count in counts if count.tokens is not None]
    assert known == sorted(set(known))
    assert all(count.bound >= (count.tokens or 1) for count in counts)


@settings(deadline=None)
@given(free_sizes())
def test_turning_a_picture_changes_nothing(size: str) -> None:
    """Portrait and landscape of the same edges spend the same on the free models."""
    width, _, height = size.partition("x")
    turned = tokens.output_tokens("gpt-image-2", "high", f"{height}x{width}")
    assert tokens.output_tokens("gpt-image-2", "high", size) == turned


def test_snapshots_count_as_their_model() -> None:
    """A prefixed, dated id spends what its model does."""
    assert tokens.output_tokens("openai/gpt-image-1-2025-04-23", "low", "1024x1024").tokens == 272


def test_counting_for_an_unknown_model_is_an_error() -> None:
    """There is no count for a model that the catalogue does not know."""
    with pytest.raises(ModelError, match="gpt-image-2"):
        tokens.output_tokens("dall-e-3", "low", "1024x1024")


@pytest.mark.parametrize(("tier", "size"), [("max", "1024x1024"), ("low", "2048x2048")])
def test_counting_what_cannot_be_asked_is_an_error(tier: str, size: str) -> None:
    """A tier or a size that the model lacks is an InputError naming those it has."""
    with pytest.raises(InputError, match=r"low, medium, high|1536x1024"):
        tokens.output_tokens("gpt-image-1", tier, size)


def test_every_count_names_its_source() -> None:
    """Each count says where its figures come from."""
    for model in models.all_models():
        assert tokens.output_tokens(model.id, "low", "1024x1024").source
        assert tokens.image_input_tokens(model.id, 512, 512).source


def test_a_partial_picture_is_100_tokens() -> None:
    """Each streamed picture before the final one spends 100 tokens."""
    assert tokens.PARTIAL_TOKENS == 100


# --- words in ---


@pytest.mark.parametrize(
    ("prompt", "count"),
    [("", 6), ("a red fox in snow", 11), ("日本🦊", 10), ("a" * 32_000, 4006)],
)
def test_words_count_as_o200k_and_six(prompt: str, count: int) -> None:
    """A prompt spends its o200k_base tokens and six."""
    assert tokens.text_tokens(prompt) == count


def test_special_tokens_count_as_plain_text() -> None:
    """Text that looks like a special token is counted letter by letter."""
    assert tokens.text_tokens("<|endoftext|>") == 6 + 7


def test_half_characters_are_counted_as_replaced() -> None:
    """A lone surrogate counts as the mark that replaces it; a pair counts as its character."""
    assert tokens.text_tokens("fox \ud83e") == tokens.text_tokens("fox \ufffd")
    assert tokens.text_tokens("\ud83e\udd8a") == tokens.text_tokens("🦊")


@settings(deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_the_bound_holds_for_any_text(prompt: str) -> None:
    """The bound without a vocabulary is never below the count, whatever the text."""
    assert 6 <= tokens.text_tokens(prompt) <= tokens.text_bound(prompt)


def test_threads_may_count_at_once() -> None:
    """Threads that count before the vocabulary is loaded get what one thread gets."""
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from imagelab.catalog.tokens import text_tokens\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    print(*pool.map(text_tokens, ['a red fox in snow'] * 64))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["11"] * 64


def test_one_counter_serves_many_threads() -> None:
    """Different prompts counted at once each get their own count."""
    prompts = [f"{number} foxes " * number for number in range(1, 60)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tokens.text_tokens, prompts)) == list(map(tokens.text_tokens, prompts))


def test_the_vocabulary_is_loaded_at_first_use() -> None:
    """Importing the catalogue and counting pictures loads neither the vocabulary nor pandas."""
    code = (
        "import sys\n"
        "from imagelab.catalog import models, prices, providers, tables, tokens\n"
        "tokens.output_tokens('gpt-image-1', 'low', '1024x1024'), tokens.text_bound('fox')\n"
        "print(sorted({'splintr', 'pandas', 'numpy'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- pictures in ---


@pytest.mark.parametrize(
    ("width", "height", "low", "high"),
    [(1024, 1024, 194, 4354), (1536, 1024, 323, 6563), (1024, 1536, 323, 6563)],
)
def test_gpt_image_1_counts_references_in_tiles(
    width: int, height: int, low: int, high: int
) -> None:
    """A reference spends 65 and 129 per tile on GPT Image 1, and far more at high fidelity."""
    assert tokens.image_input_tokens("gpt-image-1", width, height).tokens == low
    assert tokens.image_input_tokens("gpt-image-1", width, height, "high").tokens == high


@pytest.mark.parametrize(
    ("width", "height", "tiles"), [(64, 64, 1), (513, 300, 2), (4096, 4096, 1), (10_000, 10, 4)]
)
def test_tiles_never_grow_a_reference(width: int, height: int, tiles: int) -> None:
    """A reference is scaled down to the tiles, never up."""
    assert tokens.image_input_tokens("gpt-image-1", width, height).tokens == 65 + 129 * tiles


@pytest.mark.parametrize("model", ["gpt-image-2", "gpt-image-2.5-sunburst"])
@pytest.mark.parametrize(
    ("width", "height", "count"),
    [
        (64, 64, 16),
        (256, 256, 256),
        (400, 400, 625),
        (900, 900, 1024),
        (1024, 1024, 1024),
        (1536, 1024, 1536),
        (1280, 720, 920),
        (2048, 2048, 1521),
        (3840, 2160, 1508),
        (6000, 4000, 1536),
        (1, 1, 1),
    ],
)
def test_2_counts_references_in_patches(model: str, width: int, height: int, count: int) -> None:
    """A reference spends a token per patch on 2 and 2.5, as was measured."""
    found = tokens.image_input_tokens(model, width, height)
    assert (found.tokens, found.bound) == (count, count)


@settings(deadline=None)
@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_no_reference_passes_the_cap(width: int, height: int) -> None:
    """Whatever its edges, a reference spends 1 to 1536 tokens on gpt-image-2."""
    count = tokens.image_input_tokens("gpt-image-2", width, height).tokens
    assert count is not None
    assert 1 <= count <= 1536


def test_references_of_2_6_are_bounded_but_not_known() -> None:
    """What a reference spends on 2.6 is not known, and held at the cap of 2.5."""
    found = tokens.image_input_tokens("gpt-image-2.6-flare", 64, 64)
    assert (found.tokens, found.bound) == (None, 1536)


@pytest.mark.parametrize("model", ["gpt-image-1-mini", "gpt-image-2"])
def test_high_fidelity_is_refused_where_there_is_none(model: str) -> None:
    """High fidelity for a model without it is an InputError that says what to do."""
    with pytest.raises(InputError, match="choose low"):
        tokens.image_input_tokens(model, 64, 64, "high")


def test_a_reference_needs_pixels() -> None:
    """A reference without an edge is an InputError."""
    with pytest.raises(InputError, match="no pixels"):
        tokens.image_input_tokens("gpt-image-2", 0, 64)


# --- edits, animations and several pictures ---------------------------------------------------


@pytest.mark.parametrize(("pictures", "count"), [(1, 196), (2, 391), (10, 1952)])
def test_the_sum_of_several_pictures_is_rounded_once(pictures: int, count: int) -> None:
    """Two low squares of gpt-image-2.5 are 391 tokens, not twice 196, as was measured."""
    found = tokens.output_tokens("gpt-image-2.5-flare", "low", "1024x1024", pictures=pictures)
    assert found.tokens == count


def test_an_animation_is_bounded_by_its_frames() -> None:
    """What a GIF spends is not known before, and at most every frame as a picture."""
    one = tokens.output_tokens("gpt-image-2.6-flare", "high", "1024x1024")
    nine = tokens.output_tokens("gpt-image-2.6-flare", "high", "1024x1024", frames=9)
    assert nine.tokens is None
    assert 9 * one.bound - 9 <= nine.bound <= 9 * one.bound


@pytest.mark.parametrize(
    ("size", "tier", "count"), [("1254x1254", "low", 229), ("1672x941", "max", 4632)]
)
def test_sizes_that_auto_became_are_counted(size: str, tier: str, count: int) -> None:
    """Made pictures of sizes that nobody can ask for go by the same formula."""
    assert tokens.made_tokens("gpt-image-2.5-sunburst", tier, size).tokens == count


def test_odd_sizes_of_listed_models_are_bounded() -> None:
    """Where tokens are listed by size, an odd size spends at most the dearest of them."""
    assert tokens.made_tokens("gpt-image-1", "low", "1122x1402") == tokens.output_tokens(
        "gpt-image-1", "low", "auto"
    )


@pytest.mark.parametrize(
    ("model", "each"), [("gpt-image-1.5", 0), ("gpt-image-2", 0), ("gpt-image-2.5-flare", 10)]
)
def test_an_edits_words_grow_with_its_pictures(model: str, each: int) -> None:
    """Each input image adds ten text tokens on 2.5, and none on older models."""
    words = tokens.text_tokens("a red fox")
    assert tokens.edit_text_tokens(model, "a red fox", 3).tokens == words + 3 * each


def test_an_edits_words_of_2_6_are_bounded_but_not_known() -> None:
    """Nothing was found for 2.6: its bound is what 2.5 takes."""
    found = tokens.edit_text_tokens("gpt-image-2.6-flare", "a red fox", 2)
    assert (found.tokens, found.bound) == (None, tokens.text_tokens("a red fox") + 20)


def test_an_edits_pictures_are_counted_each() -> None:
    """Pictures of two sizes add up, high fidelity included."""
    edges = [(1024, 1024), (1536, 1024)]
    assert tokens.edit_image_tokens("gpt-image-1", edges).tokens == 194 + 323
    assert tokens.edit_image_tokens("gpt-image-1", edges, fidelity="high").tokens == 4354 + 6563
    assert tokens.edit_image_tokens("gpt-image-2", []).tokens == 0


def test_a_markup_is_bounded_by_the_picture_under_it() -> None:
    """What a markup costs is not known; its bound is the first picture once more."""
    found = tokens.edit_image_tokens("gpt-image-2.5-flare", [(1024, 1024)], markup=True)
    assert (found.tokens, found.bound) == (None, 2048)
