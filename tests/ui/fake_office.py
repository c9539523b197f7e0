"""An office without an engine: answers every request of the window from a few invented papers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePath

from fake_labels import LabelOffice
from fake_models import ModelOffice
from fake_training import FINDINGS, TrainingOffice

from legaldesk.core.backups import Backup, BackupsOverview
from legaldesk.core.documents import (
    Dependents,
    Document,
    DocumentDetails,
    FileOutcome,
    FileState,
    Finding,
    ImportSummary,
    Matter,
    OutlineEntry,
    PageProblem,
    PageState,
    TextSource,
    matter_key,
)
from legaldesk.core.errors import Locked, WrongUse
from legaldesk.core.findings import Findings
from legaldesk.core.hits import (
    Answer,
    Box,
    Coverage,
    Edition,
    EngineState,
    Hit,
    PageBoxes,
    PageImage,
    PageWords,
    Scope,
    Word,
)
from legaldesk.core.labels import Label, PastQuestion
from legaldesk.core.passages import Span
from legaldesk.core.progress import Progress
from legaldesk.core.query import parse
from legaldesk.core.reasons import emphasis, reason
from legaldesk.core.runs import Proof, RunNews, RunSummary
from legaldesk.workers.job import Job

ORDERED = "The best 5 were put in order once more by ours."

LINES = (
    (
        "Supply Agreement.pdf",
        ("7 Liability", "7.2 Indemnity"),
        12,
        "9",
        "Each party shall indemnify and hold harmless the other party from and against all losses, "
        "damages and costs arising out of any breach of this agreement by the indemnifying party. "
        "The indemnified party shall give prompt notice of any claim. The obligation to indemnify "
        "does not extend to losses caused by the gross negligence of the party that seeks it, and "
        "is limited to the fees paid in the twelve months before the claim arose.",
    ),
    (
        "Master Services Agreement between Acme Corporation and Byte GmbH (signed).pdf",
        ("Article VIII Risk Allocation and Insurance", "8.4 Mutual indemnification obligations"),
        31,
        None,
        "The Supplier shall indemnify the Customer against third party claims that the "
        "Deliverables infringe a patent, provided that the Customer gives notice within 30 days.",
    ),
    (
        "Lease 14 Harbour Street.pdf",
        ("Term and Termination",),
        3,
        "3",
        "The Tenant may terminate this lease by written notice of not less than six months. The "
        "notice takes effect at the end of a calendar quarter. Rent remains payable until then.",
    ),
    (
        "NDA Byte.pdf",
        (),
        2,
        "ii",
        "Confidential information does not include information that was known to the receiving "
        "party before disclosure, as shown by its written records.",
    ),
    (
        "Opinion of 3 March.pdf",
        ("Questions presented", "Second question"),
        7,
        "7",
        "We conclude that a claim for damages is barred after three years from the day on which "
        "the claimant knew of the loss and of the person liable for it. The period rests while "
        "the parties negotiate in good faith.",
    ),
)


def _hit(rank: int, line: tuple, question: str, words_only: bool) -> Hit:
    name, section, page, label, body = line
    query = parse(question)
    words, meaning = (1.0, 0.0) if words_only else (0.25 + 0.1 * rank, 0.75 - 0.1 * rank)
    return Hit(
        rank=rank,
        score=1 / rank,
        passage_id=f"passage-{name}",
        document=name,
        document_id=f"id-{name}",
        matters=("Acme v. Byte",),
        section=section,
        page=page,
        page_label=label,
        spans=(Span(page, 10, 10 + len(body)),),
        text=body,
        body=body,
        text_source=TextSource.PDFIUM,
        words=words,
        meaning=meaning,
        reason=reason(query, section, body, emphasis(query)(body), words, meaning),
        emphasis=emphasis(query)(body),
    )


def past_question(number: int, question: str, matter: str = "Acme v. Byte") -> PastQuestion:
    """A question of the past with the office's five hits, none of them labelled."""
    hits = tuple(_hit(rank, line, question, False) for rank, line in enumerate(LINES, 1))
    return PastQuestion(number, question, matter, "", "2026-03-14T09:26:53", "MiniLM", hits, 0)


def document(name: str, **changes: object) -> Document:
    """A document of the office."""
    plain = Document(
        id=f"id-{name}",
        name=name,
        title="",
        pages=40,
        pages_without_text=(),
        passages=120,
        passages_with_meaning=120,
        language="en",
        text_source=TextSource.PDFIUM,
        state=FileState.IMPORTED,
        reason="",
        matters=("Acme v. Byte",),
        added="2026-03-14T09:26:53",
        size=1_250_000,
        path=name,
        referenced=False,
    )
    return replace(plain, **changes)


BACKUPS = tuple(
    Backup(f"library-{day}.sqlite", f"2026-05-0{day}T09:30:00.123456+00:00", 7_000_000, 40 + day,
           4000, day)
    for day in (3, 2, 1)
)  # fmt: skip


@dataclass
class FakeOffice(ModelOffice, LabelOffice, TrainingOffice):
    """Stands for Requests. ``asked`` lists every call; set the fields to steer it."""

    model: str = "ready"
    pending: int = 0
    queued: int = 0
    process: int = 1
    matters: list[Matter] = field(
        default_factory=lambda: [
            Matter("Acme v. Byte", 42, number=1),
            Matter("Harbour Street lease", 3, number=2),
            Matter("Whistle-blower report", 12, locked_out_of_all=True, number=3),
        ]
    )
    asked: list[tuple] = field(default_factory=list)
    gate: threading.Event | None = None
    ordering: threading.Event | None = None
    finding: threading.Event | None = None
    nearing: threading.Event = field(default_factory=threading.Event)
    wording: threading.Event | None = None
    edition: Edition = Edition()
    backup_problem: str = ""
    gone: str = ""
    """The id of a document that is not there any more."""
    password: str = "secret"
    failing: Exception | None = None
    broken: Exception | None = None
    papers: list[Document] = field(default_factory=lambda: [document(line[0]) for line in LINES])
    labels: list[Label] = field(default_factory=list)
    past: list[PastQuestion] = field(default_factory=list)
    may_train: set[str] = field(default_factory=set)
    pair_counts: dict[str, int] = field(
        default_factory=lambda: {"Acme v. Byte": 980, "Harbour Street lease": 224}
    )
    runs: list[RunSummary] = field(default_factory=list)
    told: dict[str, RunNews] = field(default_factory=dict)
    proofs: dict[str, Proof] = field(default_factory=dict)
    survey_findings: Findings = FINDINGS
    backups: BackupsOverview = BackupsOverview(BACKUPS)
    findings: tuple[Finding, ...] = tuple(
        Finding(check, True, "sound") for check in ("database", "words", "meaning", "files")
    )

    def names(self) -> list[str]:
        """The calls in order, without the watching and listing that goes on by itself."""
        quiet = {
            "engine_state",
            "list_matters",
            "list_documents",
            "expect_pages",
            "page_image",
            "passage_boxes",
            "page_words",
            "document_details",
            "list_problems",
            "example_questions",
            "list_models",
            "verdicts",
            "remember_answer",
            "review",
            "contradictions",
            "list_labels",
            "count_labels",
            "current_labeller",
            "remembers",
            "list_runs",
            "run_news",
            "proof",
            "survey_training",
            "list_backups",
        }
        return [name for name, *_ in self.asked if name not in quiet]

    def _job(self, name: str, work, *arguments: object) -> Job:
        self.asked.append((name, *arguments))
        return Job(work, name)

    # ------------------------------------------------------------ questions

    def search(self, question: str, scope: Scope, k: int = 10) -> Job:
        work = partial(self._find, question=question, scope=scope)
        return self._job("search", work, question, scope)

    def _find(self, report, question: str, scope: Scope) -> Answer:
        """The answer; ``finding`` holds it up."""
        if scope.document and scope.document == self.gone:
            raise WrongUse(f"There is no document named “{self.gone}” here.", self.gone)
        while self.finding is not None and not self.finding.wait(0.01):
            report(Progress("asking", 0, 0))
        return self._answer(question, False)

    def search_words(self, question: str, scope: Scope, k: int = 10) -> Job:
        return self._job("search_words", lambda _: self._read(question), question, scope)

    def _read(self, question: str) -> Answer:
        """The answer by words; ``wording`` holds it up, and like SQLite it heeds no cancel."""
        if self.wording is not None:
            self.wording.wait()
        return self._answer(question, True)

    def search_meaning(self, question: str, scope: Scope, k: int = 10) -> Job:
        return self._job("search_meaning", lambda report: self._near(report, question), question)

    def _near(self, report, question: str) -> Answer:
        """The answer by meaning alone; without ``nearing`` set it waits to be cancelled."""
        while not self.nearing.wait(0.01):
            report(Progress("asking", 0, 0))
        return replace(self._answer(question, False), modes=("meaning",))

    def _answer(self, question: str, words_only: bool) -> Answer:
        if self.failing:
            raise self.failing
        lines = [] if "nothing" in question else LINES[1:4] if words_only else LINES
        hits = tuple(_hit(rank, line, question, words_only) for rank, line in enumerate(lines, 1))
        coverage = Coverage(4830, 4812, 900 if words_only else 4812, 18)
        modes = ("words",) if words_only else ("words", "meaning")
        note = "Exact words only while the model loads." if words_only else ""
        rerankable = not words_only and self.reranker is not None
        return Answer(question, coverage, hits, modes, note, rerankable, self.edition)

    def search_reranked(self, question: str, scope: Scope, k: int = 10) -> Job:
        """The hits the other way round; ``ordering`` holds it up, or fails it."""
        return self._job("search_reranked", lambda report: self._order(report, question), question)

    def _order(self, report, question: str) -> Answer:
        while self.ordering is not None and not self.ordering.wait(0.01):
            report(Progress("reranking", 1, 30, "passages"))
        if self.refusing is not None:
            raise self.refusing
        answer = self._answer(question, False)
        hits = tuple(replace(hit, rank=n) for n, hit in enumerate(reversed(answer.hits), 1))
        modes = (*answer.modes, "reranked")
        return replace(answer, hits=hits, modes=modes, note=ORDERED, rerankable=False)

    def expect_pages(self) -> Job:
        return self._job("expect_pages", lambda report: None)

    # ------------------------------------------------------------ importing

    def expect_files(self) -> Job:
        return self._job("expect_files", lambda report: None)

    def import_files(self, paths, matter, passwords=None, in_place=False) -> Job:
        passwords = dict(passwords or {})
        arguments = (tuple(paths), matter, passwords, in_place)
        return self._job(
            "import_files", lambda report: self._import(report, *arguments), *arguments
        )

    def _import(self, report, paths, matter, passwords, in_place) -> ImportSummary:
        outcomes = []
        for number, path in enumerate(paths, 1):
            if self.gate is not None:
                while not self.gate.wait(0.01):
                    report(self._reading(number - 1, paths, path))
            outcome = self._outcome(path, matter, passwords)
            outcomes.append(outcome)
            report(replace(self._reading(number, paths, path), outcome=outcome))
        return ImportSummary(tuple(outcomes), 1.0)

    def _reading(self, done, paths, path) -> Progress:
        return Progress("reading", done, len(paths), "pages", 41.0, 20.0, PurePath(path).name)

    def _outcome(self, path, matter, passwords) -> FileOutcome:
        name = PurePath(path).name
        known = {
            "locked": FileState.LOCKED,
            "twice": FileState.DUPLICATE,
            "broken": FileState.DAMAGED,
        }
        state = next((known[key] for key in known if key in name), FileState.IMPORTED)
        if passwords.get(path) == self.password:
            state = FileState.IMPORTED
        reason = {
            FileState.LOCKED: "It needs a password.",
            FileState.DAMAGED: "Neither reader could open it.",
        }.get(state, "")
        return FileOutcome(path, state, reason, f"id-{name}", 40, 120, matter=matter)

    def resume_import(self) -> Job:
        self.queued = 0
        return self._job(
            "resume_import",
            lambda report: self._import(report, ("left over.pdf",), "Acme v. Byte", {}, False),
        )

    def import_samples(self) -> Job:
        def work(report) -> ImportSummary:
            self.matters.append(Matter("Sample matter", 6))
            paths = tuple(f"sample {n}.pdf" for n in range(1, 7))
            return self._import(report, paths, "Sample matter", {}, False)

        return self._job("import_samples", work)

    def example_questions(self) -> Job:
        found = ("Sample matter", ("Who pays?", "When does it end?"))
        return self._job("example_questions", lambda _: found)

    def await_meaning(self) -> Job:
        return self._job("await_meaning", lambda _: 0)

    # ------------------------------------------------------------ documents and matters

    def list_documents(self, scope: Scope) -> Job:
        found = [each for each in self.papers if not scope.matter or scope.matter in each.matters]
        return self._job("list_documents", lambda _: tuple(found), scope)

    def document_details(self, document_id: str) -> Job:
        details = DocumentDetails(
            document(document_id.removeprefix("id-")),
            (OutlineEntry(0, "7 Liability", 11), OutlineEntry(1, "7.2 Indemnity", 12)),
            tuple(str(n - 3) if n > 3 else None for n in range(1, 41)),
            ((612.0, 792.0),) * 40,
            (PageProblem(18, PageState.IMAGE, "This page is a picture without text."),),
        )
        return self._job("document_details", lambda _: details, document_id)

    def list_problems(self, matter: str) -> Job:
        problems = (
            FileOutcome("locked.pdf", FileState.LOCKED, "It needs a password.", matter=matter),
        )
        return self._job("list_problems", lambda _: problems, matter)

    def forget_file(self, file: str, matter: str) -> Job:
        return self._job("forget_file", lambda _: None, file, matter)

    def list_matters(self) -> Job:
        return self._job("list_matters", lambda _: tuple(self.matters))

    def create_matter(self, name: str) -> Job:
        def work(_) -> Matter:
            if any(matter_key(matter.name) == matter_key(name) for matter in self.matters):
                raise WrongUse(f"There is a matter called {name} already.")
            self.matters.append(Matter("".join(char for char in name if char.isprintable())))
            return self.matters[-1]

        return self._job("create_matter", work, name)

    def rename_matter(self, name: str, new_name: str) -> Job:
        return self._job(
            "rename_matter", lambda _: self._change(name, name=new_name), name, new_name
        )

    def lock_matter(self, name: str, locked: bool) -> Job:
        return self._job(
            "lock_matter", lambda _: self._change(name, locked_out_of_all=locked), name, locked
        )

    def _change(self, matter_name: str, **changes: object) -> None:
        self.matters = [
            replace(matter, **changes) if matter.name == matter_name else matter
            for matter in self.matters
        ]

    def assign_document(self, document_id: str, matter: str) -> Job:
        def work(_) -> None:
            if all(each.name != matter for each in self.matters):
                self.matters.append(Matter(matter))
            self._refile(document_id, lambda held: (*held, matter))

        return self._job("assign_document", work, document_id, matter)

    def withdraw_document(self, document_id: str, matter: str) -> Job:
        def without(held: tuple[str, ...]) -> tuple[str, ...]:
            if len(held) < 2:
                raise WrongUse("A document stays in at least one matter. Remove it instead.")
            return tuple(each for each in held if each != matter)

        work = partial(self._refile, document_id, without)
        return self._job("withdraw_document", lambda _: work(), document_id, matter)

    def _refile(self, document_id: str, change: Callable) -> None:
        self.papers = [
            replace(each, matters=change(each.matters)) if each.id == document_id else each
            for each in self.papers
        ]

    # ------------------------------------------------------------ removing

    def dependents(self, document_ids=(), matter: str = "") -> Job:
        found = Dependents(
            name=matter or "NDA Byte.pdf",
            documents=("NDA Byte.pdf", "Supply Agreement.pdf"),
            kept_elsewhere=("Opinion of 3 March.pdf",),
            passages=240,
            stored_bytes=2_500_000,
            import_records=3,
        )
        return self._job("dependents", lambda _: found, tuple(document_ids), matter)

    def remove_documents(self, document_ids) -> Job:
        return self._job("remove_documents", lambda _: len(document_ids), tuple(document_ids))

    def remove_matter(self, matter: str) -> Job:
        def work(_) -> int:
            self.matters = [each for each in self.matters if each.name != matter]
            return 2

        return self._job("remove_matter", work, matter)

    # ------------------------------------------------------------ viewing and care

    def page_image(self, document_id: str, page: int, scale: float) -> Job:
        width, height = round(612 * scale), round(792 * scale)
        image = PageImage(width, height, scale, b"\xff\xff\xff" * (width * height))
        return self._job("page_image", lambda _: image, document_id, page, scale)

    def passage_boxes(self, document_id: str, spans, lead=()) -> Job:
        boxes = tuple(PageBoxes(span.page, (Box(72, 200, 540, 260),)) for span in spans)
        return self._job("passage_boxes", lambda _: boxes, document_id, tuple(spans), tuple(lead))

    def page_words(self, document_id: str, page: int) -> Job:
        """Two lines of five words, 60 points apart."""
        text = "one two three four five\nsix seven eight nine ten"
        places = []
        for line, row in enumerate(text.split("\n")):
            for column, word in enumerate(row.split()):
                start, left, top = text.index(word), 72 + 60 * column, 100 + 20 * line
                box = Box(left, top, left + 50, top + 12)
                places.append(Word(start, start + len(word), box))
        words = PageWords(page, text, tuple(places))
        return self._job("page_words", lambda _: words, document_id, page)

    def unlock_document(self, document_id: str, password: str) -> Job:
        def work(_) -> None:
            if password != self.password:
                raise Locked("The password does not open this file.", document_id)

        return self._job("unlock_document", work, document_id, password)

    def engine_state(self) -> Job:
        state = EngineState(
            self.model, "all-MiniLM-L6-v2", "cpu", self.pending, 4004, self.queued,
            process=self.process, edition=self.edition, backup_problem=self.backup_problem,
        )  # fmt: skip

        def work(_) -> EngineState:
            if self.broken:
                raise self.broken
            return state

        return self._job("engine_state", work)

    def confinement(self) -> Job:
        return self._job("confinement", lambda _: "sealed")

    def disk_encryption(self) -> Job:
        return self._job("disk_encryption", lambda _: "not encrypted")

    def list_backups(self) -> Job:
        return self._job("list_backups", lambda _: self.backups)

    def make_backup(self) -> Job:
        def work(_) -> Backup:
            if self.failing:
                raise self.failing
            made = replace(self.backups.backups[0], name="now", made="2026-05-04T12:00:00+00:00")
            self.backups = replace(self.backups, backups=(made, *self.backups.backups[:2]))
            return made

        return self._job("make_backup", work)

    def order_restore(self, name: str) -> Job:
        def work(_) -> None:
            self.backups = replace(self.backups, ordered=name)

        return self._job("order_restore", work, name)

    def verify(self, repair: bool = False) -> Job:
        def work(report) -> tuple[Finding, ...]:
            for number, finding in enumerate(self.findings):
                report(Progress("checking", number, len(self.findings), message=finding.check))
                while self.gate is not None and not self.gate.wait(0.01):
                    report(Progress("checking", number, len(self.findings)))
            if self.failing:
                raise self.failing
            mended = ("words", "meaning") if repair else ()
            return tuple(
                replace(each, ok=True, repaired=True) if each.check in mended else each
                for each in self.findings
            )

        return self._job("verify", work, repair)
