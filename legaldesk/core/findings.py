"""What is found in the pairs before a run, in numbers and in sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from legaldesk.core.pairs import Split, TrainingPair, same_text

ENOUGH_QUESTIONS = 100
"""Held-out questions below which no verdict is given."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Counts over the pairs of a run that is to start.

    ``duplicates`` are pairs that say what another says. ``near_duplicates`` are passages
    that are nearly another's text. ``contradictions`` are questions with a passage marked
    both relevant and not. ``languages`` counts pairs by ISO 639-1 code of the question ("" is
    unsure); ``uncovered`` are those that the model was not made for. The held-out numbers
    count questions. ``note`` says how the parts came about, where that was not as usual.
    """

    pairs: int
    questions: int
    documents: int
    duplicates: int
    near_duplicates: int
    contradictions: tuple[str, ...]
    languages: Mapping[str, int]
    uncovered: tuple[str, ...]
    train_pairs: int
    validation_questions: int
    test_questions: int
    note: str = ""


def examine(
    pairs: Sequence[TrainingPair],
    groups: Sequence[int],
    usable: Sequence[TrainingPair],
    parted: Split,
    languages: Sequence[str],
    covered: Collection[str],
) -> Findings:
    """Look at pairs, the near-duplicate group of each passage, and how the usable ones are parted.

    ``usable`` are those that a run takes (see ``without_contradictions_and_duplicates``).
    ``languages`` has each question's code; ``covered`` the model's, empty for many.
    """
    counts = Counter(languages)
    uncovered = tuple(
        code for code, _ in counts.most_common() if covered and code and code not in covered
    )
    passages: dict[int, set[str]] = defaultdict(set)
    for pair, group in zip(pairs, groups, strict=True):
        passages[group].add(same_text(pair.passage))
    return Findings(
        pairs=len(pairs),
        questions=_questions(pairs, range(len(pairs))),
        documents=len({pair.document for pair in pairs if pair.document}),
        duplicates=len(pairs) - len({_content(pair) for pair in pairs}),
        near_duplicates=sum(len(texts) - 1 for texts in passages.values()),
        contradictions=contradictions(pairs),
        languages=dict(counts),
        uncovered=uncovered,
        train_pairs=len(parted.train),
        validation_questions=_questions(usable, parted.validation),
        test_questions=_questions(usable, parted.test),
        note=parted.note,
    )


def contradictions(pairs: Sequence[TrainingPair]) -> tuple[str, ...]:
    """The questions that have one passage as an answer and as none."""
    answers: dict[str, set[str]] = defaultdict(set)
    refused: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for pair in pairs:
        question = same_text(pair.question)
        names.setdefault(question, pair.question)
        answers[question].add(same_text(pair.passage))
        refused[question].update(same_text(text) for text in pair.negatives)
    return tuple(names[question] for question in answers if answers[question] & refused[question])


def without_contradictions_and_duplicates(
    pairs: Sequence[TrainingPair],
) -> tuple[TrainingPair, ...]:
    """The pairs that may train: each once, none of a question that contradicts itself."""
    disputed = {same_text(question) for question in contradictions(pairs)}
    seen: set[tuple[str, str]] = set()
    kept = []
    for pair in pairs:
        content = _content(pair)
        if content not in seen and content[0] not in disputed:
            seen.add(content)
            kept.append(pair)
    return tuple(kept)


def sentences(found: Findings, language_name: Callable[[str], str]) -> list[str]:
    """What to know of the pairs, the gravest first; ``language_name`` tells that of a code."""
    said: list[str] = []
    if found.test_questions < ENOUGH_QUESTIONS:
        held = _count(found.test_questions, "question is", "questions are")
        said.append(
            f"Only {held} held out. Fewer than {ENOUGH_QUESTIONS} "
            "cannot tell a gain from chance, so there will be no verdict."
        )
    if found.contradictions:
        said.append(
            f"{_count(len(found.contradictions), 'question has', 'questions have')} a passage "
            "marked both relevant and not relevant, and will be left out until that is settled."
        )
    if found.uncovered:
        listed = ", ".join(map(language_name, found.uncovered))
        said.append(f"The model was not made for these languages: {listed}.")
    if found.duplicates:
        said.append(f"{_count(found.duplicates, 'pair repeats', 'pairs repeat')} another.")
    if found.near_duplicates:
        said.append(
            f"{_count(found.near_duplicates, 'passage is', 'passages are')} nearly the same as "
            "another; such passages count as equal answers and never as wrong ones."
        )
    return [*said, found.note] if found.note else said


def _questions(pairs: Sequence[TrainingPair], indices: Sequence[int]) -> int:
    return len({same_text(pairs[index].question) for index in indices})


def _content(pair: TrainingPair) -> tuple[str, str]:
    return same_text(pair.question), same_text(pair.passage)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
