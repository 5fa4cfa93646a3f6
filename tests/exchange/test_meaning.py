from __future__ import annotations

import html
import json

import pytest

from imagelab.errors import (
    ExchangeError,
    KeyRefusedError,
    ModelGoneError,
    OutcomeUnknownError,
    QuotaError,
    RateLimitError,
    RefusedError,
    RejectedError,
)
from imagelab.exchange.meaning import LIMITS, MODERATION, QUOTA, meaning, status_of

GONE = "The model 'gpt-image-1' does not exist."
REFUSED = "Your request was rejected by the safety system."
CODES = [None, "DeploymentNotFound", "model_not_found", *MODERATION, *QUOTA, *LIMITS]


@pytest.mark.parametrize("status", [408, 499, 500, 502, 503, 504, 524, 529, 600, 999])
@pytest.mark.parametrize("said", ["Oops.", GONE, REFUSED, "The shard does not exist."])
def test_what_was_taken_on_is_never_surely_free(status: int, said: str) -> None:
    """No code and no words beside such a status make sure that nobody was billed."""
    found = {meaning(code, status, said, "a fox")[0] for code in CODES}
    assert found == {OutcomeUnknownError}


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, GONE, ModelGoneError),
        (400, "The model `o1` has been deprecated, learn more here", ModelGoneError),
        (400, "The file does not exist.", RejectedError),
        (400, REFUSED, RefusedError),
        (400, "Your request was rejected as a result of our safety system.", RefusedError),
        (400, "The safety system takes no such word.", RejectedError),
        (403, REFUSED, RefusedError),
        (404, "Not here.", ModelGoneError),
        (413, GONE, RejectedError),
        (429, "The safety system is overloaded.", RateLimitError),
        (401, REFUSED, KeyRefusedError),
    ],
)
def test_words_tell_where_the_api_says_them(
    status: int, said: str, kind: type[ExchangeError]
) -> None:
    """The API's own sentences tell a class, and only beside a status that they come with."""
    assert meaning(None, status, said, "a fox")[0] is kind


@pytest.mark.parametrize("write", [str, repr, html.escape, json.dumps])
@pytest.mark.parametrize("phrase", [GONE, REFUSED, f'"{GONE}"\n<{REFUSED}>'])
def test_a_prompt_that_is_repeated_tells_nothing(write: type, phrase: str) -> None:
    """Words that stand in the prompt are not the provider's, however it writes them."""
    prompt = f"A sign in the woods: {phrase}"
    assert meaning(None, 400, f"Too vague: {write(prompt)}", prompt)[0] is RejectedError
    assert meaning(None, 400, f"{GONE} It was: {write(prompt)}", prompt)[0] is ModelGoneError


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, RejectedError),
        (302, RejectedError),
        (307, RejectedError),
        (308, RejectedError),
        (101, OutcomeUnknownError),
        (300, OutcomeUnknownError),
        (303, OutcomeUnknownError),
        (304, OutcomeUnknownError),
    ],
)
def test_only_a_redirect_that_nobody_looked_at_is_surely_free(
    status: int, kind: type[ExchangeError]
) -> None:
    """What is neither an answer nor an error nor a plain redirect may have been billed."""
    found, remedy = meaning(None, status, "", "a fox")
    assert found is kind
    assert ("points elsewhere" in remedy) is (kind is RejectedError)
    assert "base_url" in remedy


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("rate_limit_exceeded", "tokens", 429),
        ("rate_limit_exceeded", None, 429),
        (None, "input-images", 429),
        ("insufficient_quota", None, 402),
        (None, "insufficient_quota", 402),
        ("billing_hard_limit_reached", "image_generation_user_error", 402),
        ("moderation_blocked", None, 400),
        ("invalid_value", "invalid_request_error", 400),
        ("model_not_found", "invalid_request_error", 404),
        ("invalid_api_key", "invalid_request_error", 401),
        ("rate_limit_exceeded", "server_error", 500),
        ("insufficient_quota", "upstream_error", 500),
        ("model_not_found", "internal_error", 500),
        ("invalid_value", None, 500),
        ("server_error", None, 500),
        (None, None, 500),
    ],
)
def test_an_untold_status_is_sure_only_by_the_apis_own_words(
    code: str | None, kind: str | None, status: int
) -> None:
    """An error without a status was before any work only where its code or type says so."""
    assert status_of(code, kind) == status


def test_an_account_without_credit_is_told_before_the_status() -> None:
    """A quota is one under each of the statuses that it comes with."""
    for status in (400, 403, 429):
        assert meaning("billing_hard_limit_reached", status, "", "a fox")[0] is QuotaError
