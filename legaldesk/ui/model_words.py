"""The sentences of the Models view."""

from __future__ import annotations

from legaldesk.core.models import (
    CatalogueEntry,
    Device,
    GenerationInfo,
    InstalledModel,
    LanguageGap,
    ModelsOverview,
)
from legaldesk.ui.document_text import language_name
from legaldesk.ui.model_facts import Languages, Plan, kept, live, weight
from legaldesk.ui.wording import count, listed, size, time_left

SHOWN_LANGUAGES = 5
DOT = "  ·  "
TITLES = {
    "auto": "Let LegalDesk choose",
    "cuda": "Graphics card",
    "mps": "Apple graphics",
    "cpu": "Processor",
}
LICENCES = {"mit": "MIT licence", "apache-2.0": "Apache 2.0 licence"}


def languages_line(codes: Languages) -> str:
    """ "German and French", "More than 100 languages"."""
    if codes is None:
        return "Languages not stated"
    if not codes:
        return "More than 100 languages"
    names = [language_name(code) for code in codes]
    if len(names) > SHOWN_LANGUAGES:
        more = len(names) - SHOWN_LANGUAGES + 1
        names = [*names[: SHOWN_LANGUAGES - 1], f"{more} more languages"]
    return listed(names)


def offer_line(overview: ModelsOverview, entry: CatalogueEntry) -> str:
    """What is to know of a model before it is fetched."""
    line = facts_line(entry.languages, entry.size, entry.licence, offer_size(overview, entry))
    return f"{line}{DOT}Terms must be accepted" if entry.gated else line


def facts_line(codes: Languages, bytes_: int, licence: str, unknown: str = "") -> str:
    """Languages, size and licence in one line."""
    amount = size(bytes_) if bytes_ else unknown or "Size not known"
    return DOT.join(
        (languages_line(codes), amount, LICENCES.get(licence, licence) or "Licence not stated")
    )


def gaps_line(gaps: tuple[LanguageGap, ...], model: str) -> str:
    """What of the library the model does not understand."""
    total = sum(gap.documents for gap in gaps)
    by_size = sorted(gaps, key=lambda gap: -gap.documents)
    names = listed([f"{language_name(gap.language)} ({gap.documents:,})" for gap in by_size])
    are = "document is" if total == 1 else "documents are"
    return (
        f"{total:,} {are} in a language that {model} was not made for: {names}. "
        "They are found by their exact words; by meaning, much of them is missed."
    )


def live_line(generation: GenerationInfo) -> str:
    """How much of the library it answers for."""
    if not generation.passages and not generation.uncut:
        return "Ready for your first documents."
    if generation.complete:
        return f"All {count(generation.passages, 'passage')} can be found by meaning."
    return (
        f"{generation.with_vectors:,} of {count(generation.passages, 'passage')} can be found by "
        "meaning so far, the others by their words."
    )


def building_line(generation: GenerationInfo, seconds: float | None) -> str:
    """How far the preparation is."""
    parts = [f"{generation.with_vectors:,} of {count(generation.passages, 'passage')} ready"]
    if generation.uncut:
        parts.append(f"{count(generation.uncut, 'document')} still to be divided into passages")
    parts.append(time_left(seconds))
    return ", ".join(part for part in parts if part)


def use_text(overview: ModelsOverview, plan: Plan, pace: float) -> str:
    """What happens when a model is put to use."""
    now = live(overview)
    if any(plan.shares(each) and each.complete for each in overview.generations):
        return (
            "The index is built anew with another number of figures per passage. Nothing is read "
            "or encoded again, so this is soon done. Search goes on meanwhile."
        )
    passages = now.passages if now is not None else 0
    if not passages:
        return "There is nothing to prepare yet: it reads every document that you add from now on."
    prepared = max((each.with_vectors for each in kept(overview) if plan.shares(each)), default=0)
    left = max(0, passages - prepared)
    took = time_left(left / pace).removesuffix(" left") if pace else ""
    text = f"Your {count(left, 'passage')} are prepared for it first"
    text += f", which takes {took}. " if took else ". The more there are, the longer it takes. "
    if now is not None:
        text += f"Search goes on with {now.model} until all are ready, "
        text += "then LegalDesk switches by itself. "
    return text + "You can stop it at any time, and go back at once afterwards."


def kept_line(generation: GenerationInfo) -> str:
    """What a kept generation holds."""
    if generation.complete:
        what = f"{count(generation.passages, 'passage')} ready"
    else:
        what = f"{generation.with_vectors:,} of {count(generation.passages, 'passage')} ready"
    return DOT.join((what, size(generation.bytes)))


def remove_text(overview: ModelsOverview, model: InstalledModel) -> str:
    """What goes with a model."""
    text = f"This deletes {size(model.size)} from this computer. "
    if any(each.model == model.name for each in kept(overview)):
        text += "What was prepared for it can no longer be used; going back to it ends. "
    if model.source.startswith("hub:"):
        return text + "It can be installed again from the hub."
    return text + "The folder or zip file that it came from is not touched."


def offer_size(overview: ModelsOverview, entry: CatalogueEntry) -> str:
    """How much is fetched, in words: a fine-tune is about as large as its base."""
    if entry.size:
        return size(entry.size)
    bytes_ = weight(overview, entry)
    return f"about {size(bytes_)}" if bytes_ else "some hundred MB or more"


def device_line(device: Device) -> str:
    """A device with its memory."""
    title = device.title or TITLES.get(device.name.partition(":")[0], device.name)
    if not device.total:
        return title
    return f"{title}, {size(device.free)} of {size(device.total)} free"


def command_in(note: str) -> str:
    """The command that a note ends with, after a colon, or ""."""
    last = note.rpartition(": ")[2].strip()
    return last if " install " in last else ""
