"""The one object a user holds, theme by theme."""

from __future__ import annotations

from imagelab.lab.lab import Lab

__all__ = ["Lab"]
