#!/usr/bin/env python3
"""Make screenshots of every state of the window, from the sample matter and a few bad files.

    python packaging/screenshots.py OUT [SCENE ...]

Each scene opens the real window on a library in a process of its own, acts as a user would
and saves what is seen as OUT/SCENE-STEP.png. Without a display Qt's offscreen platform is
used. Exit status 1 means that a scene waited in vain for something; it says for what.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from screenshot_stage import Stage, Wait, a_moment
from screenshot_training import training

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "resources" / "samples"
QUESTION = "What happens if the President dies or resigns?"
PASSWORD = "open sesame"


def main(arguments: list[str]) -> int:
    """Play every scene, or the ones that are named."""
    if not arguments or set(arguments) - {arguments[0], *SCENES}:
        print(__doc__, "Scenes:", " ".join(SCENES))
        return 2
    out = Path(arguments[0]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="legaldesk-") as folder:
        bad_files(Path(folder) / "Production 3")
        wanted = arguments[1:] or list(SCENES)
        if {"dark", "large"} & set(wanted) and "light" not in wanted:
            wanted = ["light", *wanted]  # it fills the library that the others open
        for scene in wanted:
            command = [sys.executable, __file__, "--scene", scene, folder, str(out)]
            failed += subprocess.call(command, env=environment(), cwd=ROOT) != 0
    return 1 if failed else 0


def environment() -> dict[str, str]:
    """Where the project is found, and a platform that needs no display."""
    found = dict(os.environ, PYTHONPATH=str(ROOT))
    if os.name != "nt" and not (found.get("DISPLAY") or found.get("WAYLAND_DISPLAY")):
        found.setdefault("QT_QPA_PLATFORM", "offscreen")
    return found


def bad_files(folder: Path) -> None:
    """Files that end in every other way than imported, and one that is partly readable."""
    from pypdf import PdfReader, PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    folder.mkdir(parents=True)
    law = SAMPLES / "us-federal-arbitration-act.pdf"
    (folder / "torn.pdf").write_bytes(law.read_bytes()[:2000])
    (folder / "notes.txt").write_text("not a PDF", encoding="utf-8")
    locked = PdfWriter(clone_from=PdfReader(law))
    locked.encrypt(PASSWORD)
    locked.write(folder / "bank statements.pdf")
    scan = Canvas(str(folder / "fax.pdf"))
    scan.drawInlineImage(picture(), 60, 200, 400, 500)
    scan.save()
    mixed = PdfWriter(clone_from=PdfReader(law))
    mixed.append(folder / "fax.pdf")
    mixed.write(folder / "agreement with scanned annex.pdf")


def picture() -> object:
    """A grey picture, as of a scanned page."""
    from PIL import Image

    return Image.effect_noise((200, 250), 40).convert("RGB")


# ---------------------------------------------------------------- the scenes


def light(stage: Stage) -> Iterator[Wait]:
    """From an empty library to results, documents and what needs attention."""
    stage.look("light")
    yield stage.read()
    yield a_moment()
    stage.snap("01-empty")
    yield from dropping(stage)
    stage.window.actors.importer.add_samples()
    yield "some files", lambda: len(stage.window.actors.importer.outcomes) >= 4
    yield a_moment()
    stage.snap("03-importing")
    yield stage.imported()
    stage.window.actors.importer.add([str(stage.folder / "Production 3")], "Sample matter")
    yield stage.imported()
    yield a_moment(20)
    stage.snap("04-imported")
    yield stage.understood()
    yield stage.ask(QUESTION)
    yield a_moment()
    stage.snap("05-results")
    stage.window.search.step(1)
    yield stage.page()
    yield a_moment()
    stage.snap("06-next-hit")
    stage.window.panel.hide()
    yield from documents(stage, 7)
    yield from sheets(stage, 11)


def dropping(stage: Stage) -> Iterator[Wait]:
    """Files held over the window."""
    from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(SAMPLES))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    event = QDragEnterEvent(QPoint(300, 300), action, mime, buttons, keys)
    stage.app.sendEvent(stage.window, event)
    yield a_moment()
    stage.snap("02-dropping")
    stage.app.sendEvent(stage.window, QDragLeaveEvent())


def documents(stage: Stage, number: int) -> Iterator[Wait]:
    """The list, one document, what needs attention, and the question before removing."""
    view = stage.window.documents
    stage.window.show_view(1)
    yield stage.listed()
    yield a_moment()
    stage.snap(f"{number:02}-documents")
    view.table.setFocus()
    view.table.selectRow(view.table.rows.rowCount() - 2)
    yield stage.listed()
    yield a_moment()
    stage.snap(f"{number + 1:02}-document")
    view.show_problems()
    yield a_moment()
    view.problem_table.selectRow(0)
    yield a_moment()
    stage.snap(f"{number + 2:02}-attention")
    view.chip.setChecked(False)
    for name, wish in (
        ("removing", lambda: view.removeRequested.emit((view.table.chosen()[0].id,))),
        ("filing", lambda: view.addToMatterRequested.emit(tuple(view.table.chosen()))),
    ):
        wish()
        yield "the question", lambda: stage.app.activeModalWidget() is not None
        yield a_moment()
        stage.snap(f"{number + 3:02}-{name}", stage.app.activeModalWidget())
        stage.app.activeModalWidget().reject()


def sheets(stage: Stage, number: int) -> Iterator[Wait]:
    """The check of the library, the keys, and About."""
    from legaldesk.ui.sheet import Sheet

    window = stage.window
    window.actors.checking.start()
    yield "the check", lambda: not window.actors.board.tasks
    for name, open_it in (
        ("check", lambda: None),
        ("keys", window.menu.show_keys),
        ("about", window.menu.show_about),
    ):
        open_it()
        yield a_moment()
        shown = next(each for each in window.findChildren(Sheet) if each.isVisible())
        stage.snap(f"{number:02}-{name}", shown)
        shown.close()
        yield a_moment()


def dark(stage: Stage) -> Iterator[Wait]:
    """The same library after a restart, in the dark."""
    stage.look("dark")
    yield stage.read()
    yield a_moment()
    stage.snap("01-start")
    yield stage.understood()
    yield stage.ask(QUESTION)
    yield a_moment()
    stage.snap("02-results")
    stage.window.search.page.canvas.setFocus()
    stage.window.search.page.toolbar.fit_page.click()
    yield stage.page()
    yield a_moment()
    stage.snap("03-fit-page")
    yield from documents(stage, 4)
    yield from sheets(stage, 8)


def large(stage: Stage) -> Iterator[Wait]:
    """Text at 200%."""
    stage.look("light", 200)
    yield stage.read()
    yield a_moment()
    stage.snap("01-start")
    yield stage.understood()
    yield stage.ask(QUESTION)
    yield a_moment()
    stage.snap("02-results")
    yield from documents(stage, 3)


def trouble(stage: Stage) -> Iterator[Wait]:
    """A page that needs its password, a page whose file is gone, and nothing found."""
    stage.look("light")
    yield stage.read()
    stage.window.show_view(1)
    yield stage.listed()
    view = stage.window.documents
    for row in reversed(range(view.table.rows.rowCount())):
        document = view.table.rows.row(row)
        view.openDocument.emit(document.id, 1)
        yield stage.page()
        yield a_moment()
        stage.snap("02-locked" if "bank" in document.name else "01-gone")
    page = stage.window.search.page
    page.locked.field.setText("wrong")
    page.locked.button.click()
    yield stage.page()
    yield a_moment()
    stage.snap("03-refused")
    page.locked.field.setText(PASSWORD)
    page.locked.button.click()
    yield stage.page()
    yield "the pages", page.canvas.isVisible
    yield stage.page()
    yield a_moment()
    stage.snap("04-opened")
    yield stage.ask('"no such words anywhere"')
    yield a_moment()
    stage.snap("05-nothing-found")


def readme(stage: Stage) -> Iterator[Wait]:
    """The two pictures of the README, as ``search`` and ``documents``."""
    window = stage.window
    stage.look("light")
    window.actors.importer.add_samples()
    yield stage.imported()
    window.actors.importer.add([str(stage.folder / "Production 3")], "Sample matter")
    yield stage.imported()
    window.actors.importer.add([str(stage.folder / "Production 3")], "Acme v. Byte")
    window.actors.book.create("Harbour Street lease")
    yield stage.imported()
    yield stage.understood()
    window.panel.hide()
    window.actors.book.choose("Sample matter")
    yield stage.ask(QUESTION)
    yield a_moment(20)
    stage.snap("search")
    window.show_view(1)
    yield stage.listed()
    window.documents.show_problems()  # nothing chosen: the side would show the files' folder
    yield a_moment()
    stage.snap("documents")


def models(stage: Stage) -> Iterator[Wait]:
    """The models of the tests' invented office: gigabytes are not fetched for a picture."""
    from fake_models import CPU, E5, NOTE

    from legaldesk.core.errors import ModelProblem
    from legaldesk.core.models import DeviceReport, LanguageGap
    from legaldesk.ui.views import MODELS

    office, window, look = stage.office, stage.window, stage.window.actors.models.book.look
    office.gaps = (LanguageGap("de", 31), LanguageGap("fr", 7))
    office.gate = threading.Event()
    stage.look("light")
    yield stage.read()
    window.show_view(MODELS)
    view, shop = window.views.view(MODELS), window.actors.models.shop
    yield "the models", view.now.isVisible
    yield from snapped(stage, "01-models")
    for name, push in (
        ("02-install", view.now.help),
        ("03-terms", view.offers.rows["littlejohn-ai/bge-m3-spanish-boe-qa"].install),
    ):
        push.click()
        yield from question(stage, name)
    row, name = view.offers.rows["intfloat/multilingual-e5-base"], E5
    shop.add("intfloat/multilingual-e5-base", name)
    yield from snapped(stage, "04-fetching", row)
    office.refusing = ModelProblem("The connection broke off. What has arrived is kept.")
    office.gate.set()
    yield "the break", row.go_on.isVisible
    yield from snapped(stage, "05-broken", row)
    office.refusing = None
    row.go_on.click()
    yield "the model", lambda: name in view.here.rows
    view.here.rows[name].use.click()
    yield from question(stage, "06-use", accept=True)
    yield "the preparation", view.now.progress.isVisible
    for done, name in ((400, ""), (1203, "07-preparing")):
        office.advance(done)
        yield a_moment(80)
        yield from snapped(stage, name)
    office.finish()
    office.gaps, office.device = (), DeviceReport("auto", "cpu", (CPU,), NOTE)
    look()
    yield "the switch", view.now.back.isVisible
    yield from snapped(stage, "08-switched")
    view.now.row.fold.click()
    for name, scheme, scale in (("09", "light", 100), ("10", "dark", 100), ("11", "light", 200)):
        stage.look(scheme, scale)
        yield a_moment()
        yield from snapped(stage, f"{name}-advanced", view.now.row.advanced)
        yield from snapped(stage, f"{name}-devices", view.device.copy)


def labels(stage: Stage) -> Iterator[Wait]:
    """Marking results and the review, in the tests' invented office, in every look."""
    from fake_labels import invent
    from fake_office import past_question

    office, window = stage.office, stage.window
    invent(office, QUESTION)
    office.past = [past_question(1, "Who pays for losses?"), past_question(2, QUESTION)]
    yield stage.read()
    yield "the model", lambda: window.actors.watcher.state is not None
    window.actors.book.choose("Acme v. Byte")
    for look in (("light", 100), ("dark", 100), ("light", 200)):
        name = look[0] if look[1] == 100 else "large"
        stage.look(*look)
        yield stage.ask(QUESTION)
        yield "the verdicts", lambda: window.actors.labels.marks.settled
        window.search.results.choose(1)
        yield a_moment()
        stage.snap(f"{name}-1-results")
        yield from reviewing(stage, name)


def reviewing(stage: Stage, name: str) -> Iterator[Wait]:
    """The four pages of the review, and the question which verdict stays."""
    from legaldesk.ui.views import REVIEW

    window = stage.window
    window.show_view(REVIEW)
    view = window.views.view(REVIEW)
    for number, page in enumerate(("walk", "disagreements", "labels", "settings")):
        view.show_page(number)
        yield f"the {page}", lambda: view.settled
        if page == "labels":
            view.labels.table.selectRow(0)
        view.take_focus()
        yield a_moment(10)
        stage.snap(f"{name}-{2 + number}-{page}")
    next(iter(view.clashes.list.rows.values())).settle.click()
    yield from question(stage, f"{name}-6-settle")
    window.search.results.actions()[-1].trigger()
    yield from question(stage, f"{name}-7-pair")
    window.actors.labels.exchange.choose_target()
    yield from question(stage, f"{name}-8-export")
    yield from import_report(stage, f"{name}-9-import")
    view.show_page(0)


def import_report(stage: Stage, name: str) -> Iterator[Wait]:
    """What came of a file of labels."""
    from legaldesk.core.label_lines import ImportReport, Refusal
    from legaldesk.ui.import_report import ImportSheet

    why = "contradiction: line 2 says otherwise of the same text"
    refusals = (Refusal(3, "it is empty", "positive"), Refusal(7, why))
    report = ImportReport("Acme v. Byte", 420, 412, 2, 1, refusals)
    sheet = ImportSheet(stage.window, "questions.jsonl", report)
    sheet.come_up()
    yield a_moment()
    stage.snap(name, sheet)
    sheet.close()


def snapped(stage: Stage, name: str, shown: object = None) -> Iterator[Wait]:
    """A picture of the models view, scrolled to a part of it; none without a name."""
    area = stage.window.views.currentWidget().area
    if shown is None:
        area.verticalScrollBar().setValue(0)
    else:
        area.ensureWidgetVisible(shown)
    yield a_moment()
    if name:
        stage.snap(name)


def question(stage: Stage, name: str, accept: bool = False) -> Iterator[Wait]:
    """A picture of the question that is open, and its answer."""
    yield "the question", lambda: stage.app.activeModalWidget() is not None
    yield a_moment()
    asked = stage.app.activeModalWidget()
    stage.snap(name, asked)
    asked.done(int(accept))
    yield a_moment()


def prepare_trouble(folder: Path) -> None:
    """A library with an encrypted document, and one read in place that was deleted since."""
    gone = folder / "gone" / "letter of intent.pdf"
    gone.parent.mkdir()
    gone.write_bytes((SAMPLES / "us-federal-arbitration-act.pdf").read_bytes())
    importing = [sys.executable, "-m", "legaldesk", "import", "--library", str(folder / "trouble")]
    importing += ["--matter", "Acme v. Byte", "--words-only"]
    locked = str(folder / "Production 3" / "bank statements.pdf")
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*importing, "--password", PASSWORD, locked], **quiet)
    subprocess.run([*importing, "--in-place", str(gone)], **quiet)
    gone.unlink()


SCENES = {
    "light": light,
    "dark": dark,
    "large": large,
    "trouble": trouble,
    "models": models,
    "training": training,
    "labels": labels,
    "readme": readme,
}


def play(name: str, folder: Path, out: Path) -> int:
    """One scene, in this process."""
    if name == "trouble":
        prepare_trouble(folder)
    library = name if name in ("trouble", "models", "training", "labels", "readme") else "library"
    office = None
    if name in ("models", "training", "labels"):
        sys.path.insert(0, str(ROOT / "tests" / "ui"))
        from fake_office import FakeOffice

        office = FakeOffice()
    return Stage(name, folder, out, library, office).play(SCENES[name])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--scene"]:
        sys.exit(play(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])))
    sys.exit(main(sys.argv[1:]))
