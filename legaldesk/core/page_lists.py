"""Lists of page numbers as people write them."""

from __future__ import annotations

from collections.abc import Iterable


def page_ranges(pages: Iterable[int]) -> str:
    """ "3-7, 9" for 3, 4, 5, 6, 7, 9; "" for none."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def pages_phrase(pages: Iterable[int]) -> str:
    """ "page 3" or "pages 3-7"."""
    listed = list(pages)
    return f"{'page' if len(listed) == 1 else 'pages'} {page_ranges(listed)}"
