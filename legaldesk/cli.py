"""The same tasks from a terminal."""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from legaldesk import (
    __version__,
    app,
    cli_backup,
    cli_balance,
    cli_evaluate,
    cli_labels,
    cli_models,
    cli_training,
)
from legaldesk.cli_output import (
    Console,
    answer_fields,
    complain,
    document_fields,
    show_answer,
    show_documents,
    show_finding,
    show_matters,
    summary_line,
)
from legaldesk.core.desk import Desk
from legaldesk.core.documents import Dependents, Document, ImportSummary
from legaldesk.core.errors import (
    Cancelled,
    LegalDeskError,
    LibraryDamaged,
    ModelProblem,
    WrongUse,
)
from legaldesk.core.hits import ALL_MATTERS, Answer, Scope
from legaldesk.core.safe_text import harmless
from legaldesk.tasks import (
    backups,
    care,
    demo,
    documents,
    importing,
    matters,
    removing,
    reranking,
    searching,
)

DONE, SOME_FILES_FAILED, WRONG_USE, DAMAGED, NOT_NOW = range(5)
"""Exit status: done; a file ended locked, damaged, empty, unsupported, partly or cancelled;
wrong use; the library is damaged; it cannot be done now (disk full, library busy)."""

DEFAULT_MATTER = "General"

_STATUS = {WrongUse: WRONG_USE, LibraryDamaged: DAMAGED}


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    as_json = "--json" in arguments
    try:
        options = _parser().parse_args(_with_minus_words(arguments))
        with options.desk(app.library_of(options.library)) as desk:
            status: int = options.command(desk, options, Console(options.json))
            return status
    except (Cancelled, KeyboardInterrupt):
        return SOME_FILES_FAILED
    except LegalDeskError as error:
        complain(error, as_json)
        return next((s for kind, s in _STATUS.items() if isinstance(error, kind)), NOT_NOW)
    except Exception as error:
        complain(_unexpected(error), as_json)
        return NOT_NOW


_LEFT_ALONE = "\0"
"""Stands before what is no option though it begins like one."""

_MINUS_WORD = re.compile(r"-(?!h$|k\d*$)[^-\s]|-\S+\s")


def _with_minus_words(arguments: Sequence[str]) -> list[str]:
    """The arguments of a search, with “-word” in its question kept from being an option."""
    if not _asks(arguments):
        return list(arguments)
    return [f"{_LEFT_ALONE}{each}" if _MINUS_WORD.match(each) else each for each in arguments]


def _asks(arguments: Sequence[str]) -> bool:
    """Whether the command is a search."""
    pairs = zip(["", *arguments], arguments, strict=False)
    words = (each for before, each in pairs if each[:1] != "-" and before != "--library")
    return next(words, "") == "search"


def _unexpected(error: Exception) -> LegalDeskError:
    """A fault of the machine or of ours as a sentence; the log has where it happened."""
    logging.getLogger(__name__).exception("a command failed")
    if isinstance(error, OSError) and error.strerror:
        return LegalDeskError(f"{error.strerror}.", error.filename and str(error.filename))
    return LegalDeskError(
        f"Something unexpected went wrong ({type(error).__name__}: {error})."
        " The library's log says where."
    )


# The commands, each (desk, options, console) -> exit status


def _import(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    if options.resume:
        if options.paths or options.matter or options.in_place:
            raise WrongUse("--resume goes on with files that were named before: name none with it.")
        summary = importing.resume_import(desk, options.password, report=console.report)
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
    _tell(console, summary)
    if not options.words_only and not console.cancelled:
        importing.await_meaning(desk, report=console.report)
        console.end_line()
    _back_up(desk, console)
    return _status(summary)


def _back_up(desk: Desk, console: Console) -> None:
    """Make the backup that is due; where that cannot be it is said, for nobody else would."""
    if problem := backups.back_up_if_due(desk):
        complain(LegalDeskError(problem), console.as_json)


def _tell(console: Console, summary: ImportSummary) -> None:
    """Every outcome that was not told while it went on, then the sum."""
    for outcome in summary.outcomes:
        console.outcome(outcome)
    if not console.as_json:
        console.line(summary_line(summary.outcomes, summary.seconds))


def _status(summary: ImportSummary) -> int:
    return DONE if all(outcome.state.good for outcome in summary.outcomes) else SOME_FILES_FAILED


def _search(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    scope = Scope(options.matter or ALL_MATTERS, options.document or "")
    if bool(options.question) == bool(options.batch):
        raise WrongUse("Ask a question, or give --batch FILE.")
    options.by = options.by or _best_order(desk, console)
    if options.batch:
        return _search_batch(desk, options, scope, console)
    answer = _ask(desk, " ".join(options.question).replace(_LEFT_ALONE, ""), scope, options)
    if options.json:
        console.json(answer_fields(answer))
    else:
        show_answer(console, answer)
    return DONE


def _search_batch(desk: Desk, options: argparse.Namespace, scope: Scope, console: Console) -> int:
    """Answers in the order of the lines; a bad line is complained of and the rest goes on."""
    status = DONE
    for number, row in _rows(options.batch):
        try:
            text, here = _batch_question(row, scope)
            answer = _ask(desk, text, here, options)
        except WrongUse as error:
            complain(WrongUse(f"Line {number}: {error.message}", options.batch), as_json=True)
            status = WRONG_USE
        else:
            console.json({"id": row.get("id"), **answer_fields(answer)})
    return status


def _batch_question(row: Any, scope: Scope) -> tuple[str, Scope]:
    """The text and the scope of one line. Raises WrongUse when it does not have its fields."""
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise WrongUse("It is not a JSON object with “id” and “text”.")
    matter, document = row.get("matter") or scope.matter, row.get("document") or scope.document
    if not isinstance(matter, str) or not isinstance(document, str):
        raise WrongUse("“matter” and “document” are names.")
    return row["text"], Scope(matter, document)


def _best_order(desk: Desk, console: Console) -> str:
    """By the cross-encoder in use; where it cannot be used that is said, once."""
    try:
        return "reranked" if reranking.reranker_in_use(desk) else "both"
    except ModelProblem as error:
        complain(error, console.as_json)
        return "both"


def _ask(desk: Desk, question: str, scope: Scope, options: argparse.Namespace) -> Answer:
    if options.by == "words":
        return searching.search_words_singly(desk, question, scope, options.k)
    if options.by == "reranked":
        return reranking.search_reranked_singly(desk, question, scope, options.k)
    modes = ("words", "meaning") if options.by == "both" else ("meaning",)
    return searching.search_by(desk, question, scope, options.k, modes)


def _documents(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    if options.forget:
        file = str(Path(options.forget).absolute())
        if not documents.forget_file(desk, file, options.matter or ""):
            raise WrongUse("There is no record of this file to drop.", file)
        return DONE
    if options.problems:
        for outcome in documents.list_problems(desk, options.matter or ""):
            console.outcome(outcome)
        return DONE
    listed = documents.list_documents(desk, Scope(options.matter or ALL_MATTERS))
    if not options.json:
        show_documents(console, listed)
        return DONE
    for document in listed:
        console.json(document_fields(document))
    return DONE


def _matters(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    needed = {"list": 0, "add": 1, "rename": 2, "lock": 1, "unlock": 1, "assign": 2, "withdraw": 2}
    names = options.names
    if len(names) != needed[options.action]:
        count = ("no name", "one name", "two names")[needed[options.action]]
        raise WrongUse(f"“matters {options.action}” takes {count}.")
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
        _list_matters(desk, console)
    return DONE


def _list_matters(desk: Desk, console: Console) -> None:
    listed = matters.list_matters(desk)
    if not console.as_json:
        show_matters(console, listed)
        return
    for matter in listed:
        console.json({name: each for name, each in asdict(matter).items() if name != "number"})


def _remove(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    if bool(options.matter) == bool(options.documents):
        raise WrongUse("Name the documents to remove, or one matter with --matter.")
    ids = tuple(_one_document(desk, name).id for name in options.documents)
    affected = removing.dependents(desk, ids, options.matter or "")
    if not options.yes:
        _ask_first(affected)
    if options.matter:
        count = removing.remove_matter(desk, options.matter, report=console.report)
    else:
        count = removing.remove_documents(desk, ids, report=console.report)
    if options.json:
        console.json({"removed": count, "documents": list(affected.documents)})
    else:
        console.line(f"{count} {_documents_word(count)} removed.")
    _back_up(desk, console)  # the older ones went with the removal
    return DONE


def _ask_first(affected: Dependents) -> None:
    """Name what goes. Raises WrongUse unless the answer is yes."""
    gone, kept = len(affected.documents), len(affected.kept_elsewhere)
    told = (
        f"This erases {affected.name}: {gone} {_documents_word(gone)},"
        f" {affected.passages} passages, {affected.labels} labels,"
        f" {affected.import_records} import records."
        + (f" {kept} {_documents_word(kept)} stay in other matters." if kept else "")
        + (f" {affected.runs} training runs learned from it and stay." if affected.runs else "")
    )
    print(harmless(told), file=sys.stderr)
    if sys.stdin.isatty():
        print("Type yes to go on: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() == "yes":
            return
    raise WrongUse("Nothing was removed. Use --yes to remove without being asked.")


def _documents_word(count: int) -> str:
    return "document" if count == 1 else "documents"


def _verify(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    findings = care.verify(desk, options.repair, report=console.report)
    for finding in findings:
        if options.json:
            console.json(asdict(finding))
        else:
            show_finding(console, finding)
    return DONE if all(finding.ok for finding in findings) else DAMAGED


def _demo(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    summary = demo.import_samples(desk, report=console.report)
    _tell(console, summary)
    importing.await_meaning(desk, report=console.report)
    for question in demo.demo_questions():
        answer = searching.search(desk, question.text, Scope(demo.SAMPLE_MATTER), options.k)
        if options.json:
            console.json(answer_fields(answer))
        else:
            console.line(f"\n{question.text}\n")
            show_answer(console, answer)
    return _status(summary)


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
    """Numbered JSON lines; a line that is no JSON comes out as None.

    Only a line feed ends a line: JSON's strings may hold Unicode's other line ends.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8-sig").split("\n")
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


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints come out as ours do."""

    def error(self, message: str) -> NoReturn:
        """Raise WrongUse instead of ending the process."""
        raise WrongUse(f"{message[:1].upper()}{message[1:]}. See “{self.prog} --help”.")


def _common(default_library: object, default_json: object) -> _Parser:
    """Options that may stand before the command or after it."""
    common = _Parser(add_help=False)
    common.add_argument(
        "--library", metavar="DIR", default=default_library, help="the library's folder"
    )
    common.add_argument(
        "--json", action="store_true", default=default_json, help="JSON lines on standard output"
    )
    return common


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="legaldesk",
        description="Find the passage that answers a legal question. Without a command the window"
        " opens.",
        parents=[_common(None, False)],
        allow_abbrev=False,
    )
    common = _common(argparse.SUPPRESS, argparse.SUPPRESS)  # leaves what stood before it
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[..., int], about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, parents=[common], help=about, description=about, allow_abbrev=False
        )
        added.set_defaults(command=command, desk=app.open_desk)
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
    matter.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="of a matter; for “rename” the old and the new one; for “assign” and “withdraw” a"
        " document's and the matter's",
    )
    remove = add("remove", _remove, "erase documents or a matter, leaving nothing behind")
    remove.add_argument("documents", nargs="*", metavar="DOCUMENT")
    remove.add_argument("--matter", help="erase a matter and what is in no other")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    verify = add("verify", _verify, "check database, word index, vectors and stored files")
    verify.add_argument("--repair", action="store_true", help="rebuild what can be rebuilt")
    cli_backup.register(add)
    cli_balance.register(add)
    cli_evaluate.register(add)
    cli_labels.register(add)
    cli_models.register(add)
    cli_training.register(add)
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
    parser.add_argument(
        "--batch",
        metavar="FILE",
        help="questions as JSON lines: id, text, and document and matter where wanted",
    )
    parser.add_argument(
        "--by",
        choices=("reranked", "both", "words", "meaning"),
        help="which half answers, or both, or both put in order once more by a cross-encoder (that"
        " where one is in use, else both)",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of passages from 1 on")
    return int(text)
