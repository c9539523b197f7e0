"""Whether a citation in a question finds its section first, among the sample laws.

    python3 packaging/dev.py bench citations [LIBRARY]

Every section of the sample matter whose heading is a citation ("Section 10", "§ 433", "Điều 107")
is asked for within its document, as a citation alone and in a sentence. It is found when the first
hit stands under it. Printed by language: the share found by the word index's own order, by words
with the section that is named put first, and by both halves.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from _desks import own_desk
from _options import options_of

import legaldesk.core.query as language
from legaldesk.core.hits import Scope
from legaldesk.core.references import Reference, references, stands_under
from legaldesk.engine import passage_facts
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import demo, documents, importing, searching

SENTENCES = {
    "en": "What does {} say?",
    "es": "¿Qué dice el {}?",
    "fr": "Que dit l'{} ?",
    "ca": "Què diu l'{}?",
    "de": "Was besagt {}?",
    "vi": "{} quy định gì?",
}
MOST = 40
"""Sections asked for in one document."""


def main() -> None:
    """Import, ask and print one table."""
    parser = options_of(__doc__)
    parser.add_argument("library", nargs="?", type=Path)
    with own_desk(parser.parse_args().library) as desk:
        demo.import_samples(desk)
        importing.await_meaning(desk)
        found: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
        for document in documents.list_documents(desk, Scope(demo.SAMPLE_MATTER)):
            for reference, cited in sections(desk, document.id):
                for form in ("{}", SENTENCES[document.language]):
                    question = form.format(cited)
                    found[document.language].append(asked(desk, question, document.id, reference))
        print(f"{'':10}{'asked':>8}{'word index':>12}{'words':>8}{'both':>8}")
        for name, rows in [*sorted(found.items()), ("all", sum(found.values(), []))]:
            shares = (sum(column) / len(rows) for column in zip(*rows, strict=True))
            plain, words, both = (f"{share:.3f}" for share in shares)
            print(f"{name:10}{len(rows):8}{plain:>12}{words:>8}{both:>8}")


def sections(desk: LocalDesk, document: str) -> list[tuple[Reference, str]]:
    """The sections that a document's headings name, evenly over it, and how they are cited."""
    scope = Scope(demo.SAMPLE_MATTER, document)
    paths = passage_facts.sections(desk.reader, desk.reader.passage_ids(scope))
    named: dict[Reference, str] = {}
    for path in paths.values():
        for heading in path:
            for reference in references(heading)[:1]:
                if stands_under((heading,), reference):
                    named.setdefault(reference, citation(heading, reference))
    step = max(1, len(named) // MOST)
    return list(named.items())[::step][:MOST]


def citation(heading: str, reference: Reference) -> str:
    """The heading up to its number, as a person would cite it."""
    end = heading.lower().rfind(reference.number.lstrip("lrda")[-3:])
    head = heading[: end + len(reference.number.lstrip("lrda")[-3:])]
    short = {"Artículo": "art.", "Article": "art.", "Artikel": "Art.", "Section": "Sec."}
    first, _, rest = head.partition(" ")
    return f"{short.get(first.capitalize(), first)} {rest}"


def asked(
    desk: LocalDesk, question: str, document: str, reference: Reference
) -> tuple[bool, bool, bool]:
    """Whether each way of searching has the section first."""
    scope = Scope(demo.SAMPLE_MATTER, document)
    plain = desk.reader.by_words(language.any_of(question), scope, 1)
    paths = passage_facts.sections(desk.reader, (passage for passage, _ in plain))
    first = [
        answer.hits[0].section if answer.hits else ()
        for answer in (
            searching.search_by(desk, question, scope, 1, modes)
            for modes in (("words",), ("words", "meaning"))
        )
    ]
    return (
        any(stands_under(path, reference) for path in paths.values()),
        stands_under(first[0], reference),
        stands_under(first[1], reference),
    )


if __name__ == "__main__":
    main()
