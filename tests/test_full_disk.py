"""A full disk: one message that says what is full, nothing lost, and it goes on with room.

Each session runs in a process of its own on a real disk of 192 MB that it fills to the last byte.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import full_disk
from tests import pdf_factory as pdf
from tests.full_disk import Disk

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not full_disk.can_mount(), reason="cannot mount a disk of its own"
)

SESSION = "tests.test_full_disk"
DOCUMENTS = 12


def page(number: int) -> bytes:
    words = " ".join(f"word{number}x{at}" for at in range(150))
    return pdf.text_pdf(*(f"Zquniq{number} notice {each}. {words}." for each in range(30)))


def told(act, *arguments, **options) -> str:
    """The message of the NoRoom that something must raise."""
    from legaldesk.core.errors import NoRoom

    try:
        act(*arguments, **options)
    except NoRoom as error:
        return error.message
    raise AssertionError(f"{act} found room")


def found(desk, numbers) -> bool:
    """Whether each of these documents is found by its own word, and by nobody else's."""
    from legaldesk.core.hits import Scope
    from legaldesk.tasks import searching

    return all(
        {hit.document for hit in searching.search_words(desk, f"Zquniq{n}", Scope()).hits}
        == {f"{n}.pdf"}
        for n in numbers
    )


def import_session(disk: Disk, model: str) -> dict:
    """An import that meets a full disk, is told so, and goes on when there is room."""
    from legaldesk.core.errors import NoRoom
    from legaldesk.core.hits import Scope
    from legaldesk.engine.local_desk import LocalDesk
    from legaldesk.tasks import care, documents, importing

    drop = Path(disk.folder).parent / "drop"
    drop.mkdir()
    for number in range(DOCUMENTS):
        (drop / f"{number}.pdf").write_bytes(page(number))
    desk = LocalDesk(disk.folder / "library", Path(model))
    promised, messages = set(), []

    def report(progress) -> None:
        if progress.outcome is not None and progress.outcome.state.good:
            promised.add(Path(progress.outcome.file).stem)

    first = tuple(str(drop / f"{number}.pdf") for number in range(4))
    importing.import_files(desk, first, "Case", {}, report=report)
    disk.fill(leave=100_000)  # less than the copies of the others take
    try:
        importing.import_files(desk, (str(drop),), "Case", {}, report=report)
    except NoRoom as error:
        messages.append(error.message)
    before = sorted(promised, key=int)
    findable_then = found(desk, before)
    disk.fill()
    again = told(importing.resume_import, desk)
    desk.close()
    disk.free()
    desk = LocalDesk(disk.folder / "library", Path(model))
    kept = found(desk, before)
    importing.resume_import(desk)
    listed = documents.list_documents(desk, Scope())
    wrong = [finding.detail for finding in care.verify(desk) if not finding.ok]
    everything = found(desk, range(DOCUMENTS))
    desk.close()
    return {
        "messages": [*messages, again],
        "before": len(before),
        "findable_then": findable_then,
        "kept": kept,
        "listed": len(listed),
        "everything": everything,
        "wrong": [each for each in wrong if "vectors" not in each],
    }


def test_an_import_says_what_is_full_and_goes_on(tmp_path, tiny_model):
    ended = full_disk.on_a_small_disk(tmp_path / "disk", SESSION, "import_session", str(tiny_model))

    assert 4 <= ended["before"] < DOCUMENTS
    assert len(ended["messages"]) == 2
    assert all("disk" in each and "full" in each for each in ended["messages"])
    assert ended["findable_then"] and ended["kept"]
    assert (ended["listed"], ended["everything"]) == (DOCUMENTS, True)
    assert ended["wrong"] == []


def start_session(disk: Disk, model: str) -> dict:
    """A library that is opened, asked, exported from and backed up on a full disk."""
    from legaldesk.app import open_desk
    from legaldesk.core.hits import Scope
    from legaldesk.core.labels import Verdict
    from legaldesk.tasks import backups, importing, label_files, labels, searching

    drop = Path(disk.folder).parent / "1.pdf"
    drop.write_bytes(page(1))
    library, export = disk.folder / "library", disk.folder / "labels.jsonl"
    with open_desk(library, Path(model)) as desk:
        importing.import_files(desk, (str(drop),), "Case", {})
        hit = searching.search_words(desk, "Zquniq1", Scope()).hits[0]
        labels.label_hit(desk, "what?", hit.document_id, hit.spans, Verdict.RELEVANT)
        label_files.export_labels(desk, str(export), "Case")
        first = export.read_bytes()
        labels.label_hit(desk, "who?", hit.document_id, hit.spans, Verdict.RELEVANT)
        backups.make_backup(desk)
    ended: dict = {"before": sorted(file.name for file in (library / "backups").iterdir())}
    disk.fill()
    with open_desk(library, Path(model)) as desk:
        ended["opened"] = found(desk, [1])
        disk.fill()  # also what the library had set aside to be opened
        ended["found"] = found(desk, [1])
        ended["export"] = told(label_files.export_labels, desk, str(export), "Case")
        ended["untouched"] = export.read_bytes() == first
        ended["backup"] = told(backups.make_backup, desk)
        ended["label"] = told(
            labels.label_hit, desk, "why?", hit.document_id, hit.spans, Verdict.RELEVANT
        )
        ended["after"] = sorted(file.name for file in (library / "backups").iterdir())
        disk.free()
        label_files.export_labels(desk, str(export), "Case")
        ended["exported"] = len(export.read_bytes().splitlines())
        backups.make_backup(desk)
        ended["backups"] = len(backups.list_backups(desk).backups)
    return ended


def test_a_library_on_a_full_disk_is_opened_and_searched(tmp_path, tiny_model):
    ended = full_disk.on_a_small_disk(tmp_path / "disk", SESSION, "start_session", str(tiny_model))

    assert ended["opened"] and ended["found"]
    assert "labels.jsonl" in ended["export"] and "full" in ended["export"]
    assert ended["untouched"]
    assert "no room for a backup" in ended["backup"]
    assert "full" in ended["label"]
    assert ended["after"] == ended["before"]
    assert (ended["exported"], ended["backups"]) == (2, 2)


def learning_session(disk: Disk, model: str) -> dict:
    """Training, a model's installation and its adoption, each meeting a full disk."""
    from dataclasses import replace

    from legaldesk.engine.local_desk import LocalDesk
    from legaldesk.tasks import importing, models, training
    from tests.test_live_model import answers, as_before, digests, pairs_of
    from tests.training_runs import TINY

    outside = Path(disk.folder).parent
    drop, pairs = outside / "1.pdf", outside / "pairs.jsonl"
    drop.write_bytes(page(1))
    pairs.write_text(pairs_of(30))
    desk = LocalDesk(disk.folder / "library", Path(model))
    importing.import_files(desk, (str(drop),), "Case", {})
    importing.await_meaning(desk)
    live, answered = digests(desk.meaning.folder.path), as_before(answers(desk))
    steps, ended = [], {}

    def report(progress) -> None:
        steps.append(progress)
        if progress.done >= 2 and not disk.filled:
            disk.fill()

    ended["train"] = told(
        training.train, desk, replace(TINY, epochs=4), (), str(pairs), report=report
    )
    ended["steps"] = max(step.done for step in steps)
    ended["same_live"] = digests(desk.meaning.folder.path) == live
    ended["same_answers"] = answers(desk) == answered
    ended["install"] = told(models.add_model, desk, model, "another")
    disk.free()
    [listed] = training.list_runs(desk)
    finished = training.resume_training(desk, listed.id)
    ended["resumed"] = finished.phase.value
    disk.fill(leave=100_000)
    ended["adopt"] = told(training.adopt_run, desk, finished.id, overrule=True)
    ended["still_same"] = digests(desk.meaning.folder.path) == live and answers(desk) == answered
    ended["installed"] = [model.name for model in models.list_models(desk).installed]
    disk.free()
    models.add_model(desk, model, "another")
    training.adopt_run(desk, finished.id, overrule=True)
    models.await_switch(desk)
    ended["then"] = sorted(model.name for model in models.list_models(desk).installed)
    ended["adopted"] = answers(desk) != answered
    return ended


@pytest.mark.slow
def test_training_and_new_models_meet_a_full_disk(tmp_path, tiny_model):
    ended = full_disk.on_a_small_disk(
        tmp_path / "disk", SESSION, "learning_session", str(tiny_model)
    )

    assert ended["steps"] >= 2
    for message in (ended["train"], ended["install"], ended["adopt"]):
        assert "disk" in message and "ake room" in message, message
    assert ended["same_live"] and ended["same_answers"] and ended["still_same"]
    assert ended["resumed"] == "finished"
    assert not any("another" in name or "tuned" in name for name in ended["installed"])
    assert any("another" in name for name in ended["then"])
    assert any("tuned" in name for name in ended["then"])
    assert ended["adopted"]
