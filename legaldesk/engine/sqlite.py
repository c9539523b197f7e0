"""sqlite-utils, imported without pandas.

It imports pandas wherever that is installed, only to know one of its types; training brings
pandas along. In the window's process that would cost 0.25 s of every start.
"""

from __future__ import annotations

import sys

_hidden = "pandas" not in sys.modules
if _hidden:
    sys.modules["pandas"] = None  # type: ignore[assignment]
try:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations
finally:
    if _hidden:
        del sys.modules["pandas"]

__all__ = ["Database", "Migrations"]
