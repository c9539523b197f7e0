"""The same tasks from a terminal."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from legaldesk import __version__, app
from legaldesk.core import citation
from legaldesk.core.desk import Desk
from legaldesk.core.documents import SOFT_HYPHEN, Document, FileOutcome, ImportSummary
from legaldesk.core.errors import Cancelled, LegalDeskError, LibraryDamaged, WrongUse
from legaldesk.core.hits import ALL_MATTERS, Answer, Hit, Scope
from legaldesk.core.progress import Progress
from legaldesk.engine.profile import default_library
from legaldesk.tasks import care, demo, documents, importing, matters, removing, searching

DONE, SOME_FILES_FAILED, WRONG_USE, DAMAGED, NOT_NOW = range(5)
"""Exit status: done; a file ended locked, damaged, empty, unsupported, partly or cancelled;
wrong use; the library is damaged; it cannot be done now (disk full, library busy)."""

SCHEMA = 1
"""The version of the JSON lines; fields are only ever added to it."""

DEFAULT_MATTER = "General"

_PDFIUM_HYPHEN = "\ufffe"
"""How pypdfium2's get_text_range writes a hyphen at a line end, so that texts compare equal."""

_STATUS = {WrongUse: WRONG_USE, LibraryDamaged: DAMAGED}


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    library = Path(options.library) if options.library else default_library()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        with app.open_desk(library) as desk:
            status: int = options.command(desk, options, _Console(options.json))
            return status
    except Cancelled:
        return SOME_FILES_FAILED
    except LegalDeskError as error:
        _complain(error, options.json)
        return next((s for kind, s in _STATUS.items() if isinstance(error, kind)), NOT_NOW)


# The commands, each (desk, options, console) -> exit status


def _import(desk: Desk, options: argparse.Namespace, console: _Console) -> int:
    if options.resume:
        summary = importing.resume_import(desk, report=console.report)
    else:
        passwords = {importing.EVERY_FILE: options.password} if options.password else {}
        summary = importing.import_files(
            desk,
            _existing(options.paths),
            options.matter or DEFAULT_MATTER,
            passwords,
            options.in_place,
            report=console.report,
        )
    if not options.words_only and not console.cancelled:
        importing.await_meaning(desk, report=console.report)
    console.end_line()
    if not options.json:
        print(_summary_line(summary))
    return DONE if all(outcome.state.good for outcome in summary.outcomes) else SOME_FILES_FAILED


def _search(desk: Desk, options: argparse.Namespace, console: _Console) -> int:
    scope = Scope(options.matter or ALL_MATTERS, options.document or "")
    if options.batch:
        return _search_batch(desk, options, scope)
    if not options.question:
        raise WrongUse("Ask a question, or give --batch FILE.")
    answer = _ask(desk, " ".join(options.question), scope, options)
    if options.json:
        _print_json(_answer_json(answer))
    else:
        _print_answer(answer)
    return DONE


def _search_batch(desk: Desk, options: argparse.Namespace, scope: Scope) -> int:
    status = DONE
    for number, row in _rows(options.batch):
        try:
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise WrongUse(
                    f"Line {number} is not an object with “id” and “text”.", options.batch
                )
            here = Scope(row.get("matter") or scope.matter, row.get("document") or scope.document)
            answer = _ask(desk, row["text"], here, options)
            _print_json({"id": row.get("id"), **_answer_json(answer)})
        except WrongUse as error:
            _complain(error, as_json=True)
            status = WRONG_USE
    return status


def _ask(desk: Desk, question: str, scope: Scope, options: argparse.Namespace) -> Answer:
    if options.by == "words":
        return searching.search_words(desk, question, scope, options.k)
    modes = ("words", "meaning") if options.by == "both" else ("meaning",)
    return searching.search_by(desk, question, scope, options.k, modes)


def _documents(desk: Desk, options: argparse.Namespace, console: _Console) -> int:
    if options.forget:
        documents.forget_file(desk, str(Path(options.forget).absolute()))
        return DONE
    if options.problems:
        for outcome in documents.list_problems(desk, options.matter or ""):
            console.outcome(outcome)
        return DONE
    for document in documents.list_documents(desk, Scope(options.matter or ALL_MATTERS)):
        if options.json:
            _print_json(_document_json(document))
        else:
            _print_document(document)
    return DONE


def _matters(desk: Desk, options: argparse.Namespace, console: _Console) -> int:
    needed = {"list": 0, "add": 1, "rename": 2, "lock": 1, "unlock": 1, "assign": 2, "withdraw": 2}
    names = options.names
    if len(names) != needed[options.action]:
        raise WrongUse(f"“matters {options.action}” takes {needed[options.action]} names.")
    if options.action == "add":
        matters.create_matter(desk, names[0])
    elif options.action == "rename":
        matters.rename_matter(desk, names[0], names[1])
    elif options.action in ("lock", "unlock"):
        matters.lock_matter(desk, names[0], options.action == "lock")
    elif options.action in ("assign", "withdraw"):
        move = matters.assign_document if options.action == "assign" else matters.withdraw_document
        move(desk, _one_document(desk, names[0]).id, names[1])
    else:
        _print_matters(desk, options.json)
    return DONE


def _remove(desk: Desk, options: argparse.Namespace, console: _Console) -> int:
    if bool(options.matter) == bool(options.documents):
        raise WrongUse("Name the documents to remove, or one matter with --matter.")
    ids = tuple(_one_document(desk, name).id for name in options.documents)
    affected = removing.dependents(desk, ids, options.matter or "")
    if not options.yes:
        print(
            f"This erases {affected.name}: {len(affected.documents)} documents,"
            f" {affected.passages} passages, {affected.import_records} import records."
            f" {len(affected.kept_elsewhere)} documents stay in other matters.",
            file=sys.stderr,
        )
        if not sys.stdin.isatty() or input("Type yes to go on: ").strip().lower() != "yes":
            raise WrongUse("Nothing was removed. Use --yes to remove without being asked.")
    if options.matter:
        count = removing.remove_matter(desk, options.matter, report=console.report)
    else:
        count = removing.remove_documents(desk, ids, report=console.report)
    console.end_line()
    if options.json:
        _print_json({"removed": count, "documents": list(affected.documents)})
    else:
        print(f"{count} documents removed.")
    return DONE


def _verify(desk: Desk, options: argparse.Namespace, console: _Console) -> int:
    findings = care.verify(desk, options.repair, report=console.report)
    console.end_line()
    for finding in findings:
        if options.json:
            _print_json(asdict(finding))
        else:
            print(f"{'ok ' if finding.ok else 'BAD'} {finding.check}: {finding.detail}")
    return DONE if all(finding.ok for finding in findings) else DAMAGED


def _demo(desk: Desk, options: argparse.Namespace, console: _Console) -> int:
    summary = demo.import_samples(desk, report=console.report)
    importing.await_meaning(desk, report=console.report)
    console.end_line()
    if not options.json:
        print(_summary_line(summary))
    for question in demo.demo_questions():
        answer = searching.search(desk, question.text, Scope(demo.SAMPLE_MATTER), options.k)
        if options.json:
            _print_json(_answer_json(answer))
        else:
            print(f"\n? {question.text}")
            _print_answer(answer)
    return DONE if all(outcome.state.good for outcome in summary.outcomes) else SOME_FILES_FAILED


# What is printed


class _Console:
    """Progress on standard error, outcomes on standard output, and Ctrl+C as a cancel."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json
        self._live = sys.stderr.isatty()
        self.cancelled = False
        signal.signal(signal.SIGINT, self._interrupt)

    def _interrupt(self, number: int, frame: object) -> None:
        if self.cancelled:
            raise KeyboardInterrupt
        self.cancelled = True

    def report(self, progress: Progress) -> None:
        """Show a step; raises Cancelled after Ctrl+C."""
        if progress.outcome is not None:
            self.outcome(progress.outcome)
        if self._live:
            left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left else ""
            rate = f", {progress.rate:.0f} {progress.unit}/s" if progress.rate else ""
            line = f"{progress.stage} {progress.done}/{progress.total}{rate}{left}"
            print(f"\r\x1b[K{line} {progress.message}"[:120], end="", file=sys.stderr, flush=True)
        if self.cancelled:
            raise Cancelled

    def outcome(self, outcome: FileOutcome) -> None:
        """One file's final state."""
        if self._json:
            _print_json(_outcome_json(outcome))
            return
        self.end_line()
        reason = f": {outcome.reason}" if outcome.reason else ""
        print(f"{outcome.state:<11} {Path(outcome.file).name}{reason}", flush=True)

    def end_line(self) -> None:
        """Clear the progress line."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _print_json(fields: dict[str, Any]) -> None:
    print(json.dumps({"schema": SCHEMA, **fields}, ensure_ascii=False), flush=True)


def _complain(error: LegalDeskError, as_json: bool) -> None:
    if as_json:
        fields = {"error": error.kind, "message": error.message, "file": error.file}
        print(json.dumps(fields, ensure_ascii=False), file=sys.stderr)
    else:
        print(f"legaldesk: {error.message}", file=sys.stderr)


def _outcome_json(outcome: FileOutcome) -> dict[str, Any]:
    return {
        "file": outcome.file,
        "state": outcome.state,
        "reason": outcome.reason,
        "document_id": outcome.document_id,
        "pages": outcome.pages,
        "passages": outcome.passages,
        "pages_without_text": list(outcome.pages_without_text),
        "seconds": round(outcome.seconds, 3),
    }


def _answer_json(answer: Answer) -> dict[str, Any]:
    return {
        "query": answer.query,
        "coverage": asdict(answer.coverage),
        "hits": [_hit_json(hit) for hit in answer.hits],
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "document": hit.document,
        "document_id": hit.document_id,
        "matters": list(hit.matters),
        "section": " > ".join(hit.section),
        "page": hit.page,
        "page_label": hit.page_label,
        "spans": [asdict(span) for span in hit.spans],
        "text": hit.text.replace(SOFT_HYPHEN, _PDFIUM_HYPHEN),
        "text_source": hit.text_source,
        "reason": hit.reason,
    }


def _document_json(document: Document) -> dict[str, Any]:
    fields = asdict(document)
    fields["document_id"] = fields.pop("id")
    return fields


def _print_answer(answer: Answer) -> None:
    covered = answer.coverage
    for hit in answer.hits:
        print(f"\n{hit.rank:>2}. {citation.where(hit)}   [{', '.join(hit.matters)}]")
        body = hit.body if len(hit.body) <= 400 else hit.body[:399] + "…"
        print(f"    {body}")
        print(f"    {hit.score:.4f}  {hit.reason}")
    if not answer.hits:
        print("Nothing was found.")
    searched = f"{covered.words_searchable:,} of {covered.pages:,} pages"
    unreadable = f"; {covered.unreadable:,} unreadable" if covered.unreadable else ""
    meaning = ""
    if covered.meaning_searchable < covered.words_searchable:
        meaning = f"; by meaning {covered.meaning_searchable:,} so far"
    print(f"\nSearched {searched}{unreadable}{meaning}.")


def _print_document(document: Document) -> None:
    reason = f"  ({document.reason})" if document.reason else ""
    print(
        f"{document.id[:12]}  {document.state:<9} {document.pages:>5} p. {document.language:<3}"
        f" {document.name}  [{', '.join(document.matters)}]{reason}"
    )


def _print_matters(desk: Desk, as_json: bool) -> None:
    for matter in matters.list_matters(desk):
        if as_json:
            _print_json(asdict(matter))
        else:
            locked = "  (locked out of All matters)" if matter.locked_out_of_all else ""
            print(f"{matter.documents:>6}  {matter.name}{locked}")


def _summary_line(summary: ImportSummary) -> str:
    counts: dict[str, int] = {}
    for outcome in summary.outcomes:
        counts[outcome.state] = counts.get(outcome.state, 0) + 1
    listed = ", ".join(f"{count} {state}" for state, count in counts.items()) or "nothing to do"
    return f"{listed} in {summary.seconds:.1f} s."


# What is read


def _existing(paths: Sequence[str]) -> tuple[str, ...]:
    """Absolute paths. Raises WrongUse before anything is read when one is not there."""
    if not paths:
        raise WrongUse("Name files or folders to import, or use --resume.")
    for path in paths:
        if not Path(path).exists():
            raise WrongUse(f"There is no file or folder “{path}”.", path)
    return tuple(str(Path(path).absolute()) for path in paths)


def _rows(file: str) -> Iterator[tuple[int, Any]]:
    """Numbered JSON lines; a line that is no JSON comes out as None."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"“{file}” cannot be read as a list of questions: {error}.", file) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                yield number, None


def _one_document(desk: Desk, name: str) -> Document:
    """The document that a name, a part of it or the start of an id means."""
    return documents.find_document(desk, name)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--library", metavar="DIR", help="the library's folder")
    common.add_argument("--json", action="store_true", help="JSON lines on standard output")
    parser = argparse.ArgumentParser(
        prog="legaldesk", description="Find the passage that answers a legal question."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[..., int], about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[common], help=about, description=about)
        added.set_defaults(command=command)
        return added

    _add_import(add("import", _import, "bring files and folders into the library"))
    _add_search(add("search", _search, "ask a question"))
    listing = add("documents", _documents, "list documents, or files with problems")
    listing.add_argument("--matter", help="of one matter")
    listing.add_argument("--problems", action="store_true", help="files that are not wholly in it")
    listing.add_argument("--forget", metavar="FILE", help="drop the record of a failed file")
    matter = add("matters", _matters, "list matters, make and change them")
    actions = ("list", "add", "rename", "lock", "unlock", "assign", "withdraw")
    matter.add_argument("action", nargs="?", default="list", choices=actions)
    matter.add_argument("names", nargs="*", metavar="NAME", help="of the matter or document")
    remove = add("remove", _remove, "erase documents or a matter, leaving nothing behind")
    remove.add_argument("documents", nargs="*", metavar="DOCUMENT")
    remove.add_argument("--matter", help="erase a matter and what is in no other")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    verify = add("verify", _verify, "check database, word index, vectors and stored files")
    verify.add_argument("--repair", action="store_true", help="rebuild what can be rebuilt")
    show = add("demo", _demo, "import the sample matter and ask three questions")
    show.add_argument("-k", type=_positive, default=3, help="passages per question (3)")
    return parser


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH")
    parser.add_argument("--matter", help=f"the matter they belong to ({DEFAULT_MATTER})")
    parser.add_argument("--password", help="tried on every file that needs one")
    parser.add_argument("--in-place", action="store_true", help="keep no copy of the files")
    parser.add_argument("--resume", action="store_true", help="go on after an interruption")
    parser.add_argument("--words-only", action="store_true", help="do not wait for meaning")


def _add_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="*")
    parser.add_argument("-k", type=_positive, default=10, help="passages to return (10)")
    parser.add_argument("--matter", help="search one matter")
    parser.add_argument("--document", help="search one document")
    parser.add_argument("--batch", metavar="FILE", help="questions as JSON lines (id, text)")
    parser.add_argument(
        "--by", choices=("both", "words", "meaning"), default="both", help="which half answers"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
