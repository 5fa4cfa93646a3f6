"""Pure facts: what can be asked of whom, and what it costs.

Every fact is a row of a TOML file beside this one, with the day it was looked up and where
it comes from. The modules hold rules only: ``models`` (what a model takes), ``prices``
(dollars per token), ``tokens`` (tokens per picture), ``providers`` (who serves the API),
``money`` (exact amounts) and ``tables`` (all of it as DataFrames).
"""
