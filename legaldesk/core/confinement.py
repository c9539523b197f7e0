"""How closely the processes that read PDFs are confined."""

from __future__ import annotations

from typing import Literal

Confinement = Literal["sealed", "limited", "plain"]
"""sealed: no network, no programs, no files but fonts, and limits on memory and time.
limited: the system caps memory. plain: a process of its own, with the parent's time limits.
"""
