"""Whether the disk that the library lies on is encrypted."""

from __future__ import annotations

from typing import Literal

Encryption = Literal["encrypted", "not encrypted", "cannot be told"]
