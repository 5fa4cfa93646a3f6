"""The tables of the ledger. Later capabilities add columns; they do not rebuild it."""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 4
"""Grows when tables or columns are added: an older ledger then grows with it when it is opened
(a new column is nullable, or names a ``server_default``); a newer one is left alone."""

metadata = sa.MetaData()

generations = sa.Table(
    "generations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # identity
    sa.Column("key", sa.String(80), nullable=False),
    sa.Column("sample", sa.Integer, nullable=False),
    sa.Column("take", sa.Integer, nullable=False),
    sa.Column("run", sa.Integer),
    sa.Column("parents", sa.Text),
    # as asked
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("quality", sa.Text),
    sa.Column("size", sa.Text),
    sa.Column("background", sa.Text),
    sa.Column("output_format", sa.Text),
    sa.Column("output_compression", sa.Integer),
    sa.Column("moderation", sa.Text),
    sa.Column("input_fidelity", sa.Text),
    sa.Column("complexity", sa.Text),
    sa.Column("frame_count", sa.Integer),
    sa.Column("frame_duration_ms", sa.Integer),
    sa.Column("partial_images", sa.Integer),
    sa.Column("safety_identifier", sa.Text),
    # as JSON: pictures that go along, by hash, and what is passed on
    sa.Column("images", sa.Text),
    sa.Column("mask", sa.Text),
    sa.Column("markup", sa.Text),
    sa.Column("svg", sa.Text),
    sa.Column("extra", sa.Text),
    # as returned
    sa.Column("actual_size", sa.Text),
    sa.Column("actual_quality", sa.Text),
    sa.Column("actual_background", sa.Text),
    sa.Column("actual_format", sa.Text),
    sa.Column("picture", sa.String(64), index=True),
    sa.Column("partial", sa.String(64)),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("size_bytes", sa.BigInteger),
    # outcome
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("billed", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Column("error_kind", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("answer", sa.Text),
    sa.Column("seconds", sa.Float),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    # money, in nano-dollars, and the tokens it follows from
    sa.Column("quoted_nano", sa.BigInteger),
    sa.Column("hold_nano", sa.BigInteger, nullable=False),
    sa.Column("cost_nano", sa.BigInteger),
    sa.Column("cost_basis", sa.Text, nullable=False),
    sa.Column("price", sa.Text),
    sa.Column("text_input_tokens", sa.Integer),
    sa.Column("image_input_tokens", sa.Integer),
    sa.Column("text_cached_tokens", sa.Integer),
    sa.Column("image_cached_tokens", sa.Integer),
    sa.Column("image_output_tokens", sa.Integer),
    sa.Column("text_output_tokens", sa.Integer),
    sa.Column("author_model", sa.Text),
    sa.Column("author_input_tokens", sa.Integer),
    sa.Column("author_output_tokens", sa.Integer),
    sa.Column("raw_usage", sa.Text),
    # when (microseconds since 1970, UTC) and whose
    sa.Column("created_us", sa.BigInteger, nullable=False),
    sa.Column("sent_us", sa.BigInteger),
    sa.Column("settled_us", sa.BigInteger),
    sa.Column("forgotten_us", sa.BigInteger),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("lease_us", sa.BigInteger, nullable=False),
)

living = sa.and_(generations.c.status != "failed", generations.c.forgotten_us.is_(None))
"""A failed request surely cost nothing and made nothing: asking again is no second payment.
What was forgotten is to be asked for anew, when it is asked for again."""

sa.Index(
    "one_living_generation",
    generations.c.key,
    generations.c.sample,
    generations.c.take,
    unique=True,
    sqlite_where=living,
    postgresql_where=living,
)

overran = generations.c.cost_nano > generations.c.hold_nano

bills_above_holds = sa.Index(
    "bills_above_holds",
    generations.c.provider,
    generations.c.model,
    generations.c.quality,
    generations.c.size,
    generations.c.cost_nano,
    sqlite_where=overran,
    postgresql_where=overran,
)
"""Hardly ever a bill passes its hold; every hold asks whether one did. Made where it is missing
whenever a ledger is opened: to an older imagelab it is no other version."""

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("created_us", sa.BigInteger, nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("pictures", sa.Integer, nullable=False),
)

run_cells = sa.Table(
    "run_cells",
    metadata,
    sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("generation", sa.Integer, sa.ForeignKey("generations.id"), nullable=False),
    sa.Column("factors", sa.Text, nullable=False),
    sa.Column("came", sa.Text, nullable=False),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("generation", sa.Integer, sa.ForeignKey("generations.id"), primary_key=True),
    sa.Column("star", sa.Boolean, nullable=False),
    sa.Column("remark", sa.Text, nullable=False),
    sa.Column("changed_us", sa.BigInteger, nullable=False),
)
"""What a person thinks of a picture; ``generations.note`` is what imagelab says of it."""

looks = sa.Table(
    "looks",
    metadata,
    sa.Column("generation", sa.Integer, sa.ForeignKey("generations.id"), primary_key=True),
    sa.Column("first_us", sa.BigInteger, nullable=False),
)
"""Which pictures somebody saw large: what nobody ever looked at was paid for in vain."""

fingerprints = sa.Table(
    "fingerprints",
    metadata,
    sa.Column("picture", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("print", sa.LargeBinary, nullable=False),
)
"""What a picture looks like, in a few bytes, to find it again when its own bytes are gone."""

purse = sa.Table(
    "purse",
    metadata,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("spent_nano", sa.BigInteger, nullable=False),
    sa.Column("at_risk_nano", sa.BigInteger, nullable=False),
    sa.Column("held_nano", sa.BigInteger, nullable=False),
)

measures = sa.Table(
    "measures",
    metadata,
    sa.Column("picture", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("measured_us", sa.BigInteger, nullable=False),
)
"""What was measured of a picture, by the hash of its bytes: equal bytes measure equal.
``version`` tells the function that did; ``value`` is JSON."""

votes = sa.Table(
    "votes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rater", sa.Text, nullable=False),
    sa.Column(
        "left_generation", sa.Integer, sa.ForeignKey("generations.id"), nullable=False, index=True
    ),
    sa.Column("right_generation", sa.Integer, sa.ForeignKey("generations.id"), nullable=False),
    sa.Column("winner", sa.String(8), nullable=False),
    sa.Column("factors", sa.Text, nullable=False),
    sa.Column("source", sa.String(8), nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("cast_us", sa.BigInteger, nullable=False),
    sa.Column("undone_us", sa.BigInteger),
    sa.Column("token", sa.String(200), unique=True),
)
"""A vote that was handed in twice (a double click, a ballot read again) has one token, one row."""

ballots = sa.Table(
    "ballots",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("created_us", sa.BigInteger, nullable=False),
    sa.Column("factors", sa.Text, nullable=False),
    sa.Column("pairs", sa.Text, nullable=False),
)
"""What a ballot's file does not say: which pictures its pairs are."""

schema_version = sa.Table(
    "schema_version",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True),
)
