"""What a check of the library found, in the office's words."""

from __future__ import annotations

from legaldesk.core.documents import Finding

_SUBJECTS = {
    "database": "The library's database",
    "words": "Search by exact words",
    "counts": "Numbers of passages",
    "passages": "Passages on their pages",
    "cuts": "Long sentences",
    "meaning": "Search by meaning",
    "files": "Your files",
    "parser": "Reading PDFs",
}

_SOUND = {
    "database": "It is sound.",
    "words": "Every passage can be found by its words.",
    "counts": "As many passages are there as are noted.",
    "passages": "Every passage lies exactly where its page has it.",
    "cuts": "No passage is too long to be understood whole.",
    "meaning": "Everything that was read so far can be found by meaning.",
    "files": "Every file is as it was added.",
    "parser": "PDFs can be read, apart from everything else.",
}

_TROUBLE = {
    "database": "It is damaged. Put a backup back: “Backups…” is in the menu.",
    "words": "Some passages cannot be found by their words.",
    "counts": "Another number of passages is noted than there are.",
    "passages": "Some do not lie on their pages. Remove those documents and add them again.",
    "cuts": "Some passages are too long. Their ends are found by words alone.",
    "meaning": "Some passages cannot be found by meaning.",
    "files": "Some files are missing or were changed. Add them again.",
    "parser": "PDFs cannot be read now. Close LegalDesk, open it again, or install it anew.",
}

_REPAIRED = {
    "words": "It was repaired: every passage can be found by its words again.",
    "counts": "It was repaired: the passages were counted anew.",
    "meaning": "It was repaired: passages can be found by meaning again.",
}


def subject(finding: Finding) -> str:
    """What was checked."""
    return _SUBJECTS.get(finding.check, finding.check)


def sentence(finding: Finding) -> str:
    """Whether it holds, and what to do where it does not."""
    words = _REPAIRED if finding.repaired else _SOUND if finding.ok else _TROUBLE
    return words.get(finding.check, finding.detail)


def detail(finding: Finding) -> str:
    """The check's own words, where something is wrong: names and numbers."""
    return "" if finding.ok else finding.detail.removesuffix(": --repair")


def verdict(findings: tuple[Finding, ...], repaired: bool) -> str:
    """All of it in one sentence."""
    if all(finding.ok for finding in findings):
        return "Everything is in order." if not repaired else "Everything is in order again."
    return "This is left, and needs you." if repaired else "Something is not in order."
