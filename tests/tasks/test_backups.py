"""Backups as they are asked for: what was removed is in none, and what they lack is read again."""

from __future__ import annotations

import pytest

from legaldesk.core.errors import LibraryDamaged, NoRoom
from legaldesk.core.hits import ALL_MATTERS, Scope
from legaldesk.engine import backup_copy
from legaldesk.engine.database import database_path
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.recovered_place import RECOVERED
from legaldesk.engine.still_told import ASIDE, MATTER
from legaldesk.tasks import backups, care, documents, importing, matters, removing, searching
from tests import pdf_factory as pdf
from tests.tasks.test_removing import files_with

CANARY = "Quastelfinkenbeleg"


def bring(desk, drop, name, text, matter="Case"):
    importing.import_files(desk, (drop(name, pdf.text_pdf(text)),), matter, {})
    importing.await_meaning(desk)


def damage(library):
    file = database_path(library)
    data = bytearray(file.read_bytes())
    data[-20] ^= 1
    file.write_bytes(data)


def garble(library):
    """Damage after which nothing can be read at all."""
    database_path(library).write_bytes(b"no database any more" * 1000)


def names(desk, matter=ALL_MATTERS):
    return {document.name for document in documents.list_documents(desk, Scope(matter))}


def test_what_is_removed_is_in_no_backup(desk, drop):
    for name, text in ((f"{CANARY}.pdf", f"The {CANARY} pays."), ("b.pdf", "An ordinary lease.")):
        bring(desk, drop, name, text)
    for _ in range(3):
        backups.make_backup(desk)
    folder = desk.library / "backups"
    assert len(files_with(folder, CANARY)) == 3
    gone = next(d for d in documents.list_documents(desk, Scope()) if CANARY in d.name)

    removing.remove_documents(desk, (gone.id,))

    assert files_with(folder, CANARY) == []
    assert files_with(desk.library, CANARY) == []
    [fresh] = backups.list_backups(desk).backups
    assert fresh.documents == 1


def test_what_a_restore_set_aside_goes_with_the_next_removal(library, tiny_model, drop):
    desk = LocalDesk(library, tiny_model)
    bring(desk, drop, f"{CANARY}.pdf", f"The {CANARY} pays.")
    bring(desk, drop, "b.pdf", "An ordinary lease.")
    name = backups.make_backup(desk).name
    desk.close()
    damage(library)
    backups.order_restore(desk, name)
    desk = LocalDesk(library, tiny_model)
    gone = next(d for d in documents.list_documents(desk, Scope()) if CANARY in d.name)
    assert files_with(library / ASIDE, CANARY)

    removing.remove_documents(desk, (gone.id,))

    assert files_with(library, CANARY) == []
    desk.close()


@pytest.mark.parametrize("spoil", [damage, garble])
def test_a_damaged_library_comes_back_with_all_its_documents(library, tiny_model, drop, spoil):
    desk = LocalDesk(library, tiny_model)
    bring(desk, drop, "early.pdf", "The tenant pays the rent on the first day.")
    name = backups.make_backup(desk).name
    bring(desk, drop, "late.pdf", "The landlord repairs the roof in spring.", "Late matter")
    matters.lock_matter(desk, "Late matter", True)
    desk.close()
    spoil(library)
    with pytest.raises(LibraryDamaged, match="can be put back"):
        LocalDesk(library, tiny_model)

    backups.order_restore(desk, name)
    desk = LocalDesk(library, tiny_model)

    news = backups.list_backups(desk).restored
    assert (news.backup, news.problem, len(news.again)) == (name, "", 1)
    assert names(desk) == {"early.pdf"}
    assert searching.search(desk, "tenant rent", Scope()).hits[0].document == "early.pdf"
    assert desk.files_left() == 1
    importing.resume_import(desk)
    importing.await_meaning(desk)
    matter = "Late matter" if spoil is damage else MATTER
    late = names(desk, matter)
    assert len(late) == 1 and (spoil is garble or late == {"late.pdf"})
    assert names(desk) == {"early.pdf"}  # nobody knows who may see it: it stays locked out
    assert searching.search(desk, "landlord repairs roof", Scope(matter)).hits[0].document in late
    assert all(finding.ok for finding in care.verify(desk))
    desk.close()
    LocalDesk(library, tiny_model).close()
    assert [path for path in (library / RECOVERED).rglob("*") if path.is_file()] == []


def test_a_full_disk_keeps_no_work_from_going_on(desk, drop, monkeypatch):
    bring(desk, drop, "a.pdf", "The tenant pays the rent.")
    monkeypatch.setattr(backup_copy, "SPARE", 1 << 60)

    with pytest.raises(NoRoom, match="no room for a backup"):
        backups.make_backup(desk)

    assert "no room" in backups.back_up_if_due(desk)
    desk.backups.look()
    assert "no room" in care.engine_state(desk).backup_problem
    bring(desk, drop, "b.pdf", "The landlord repairs the roof.")
    assert names(desk) == {"a.pdf", "b.pdf"}
    monkeypatch.undo()
    assert backups.back_up_if_due(desk) == ""
    assert len(backups.list_backups(desk).backups) == 1
    desk.backups.look()
    assert care.engine_state(desk).backup_problem == ""


def test_a_kill_during_a_removal_leaves_nothing_set_aside(library, tiny_model, drop, monkeypatch):
    desk = LocalDesk(library, tiny_model)
    bring(desk, drop, f"{CANARY}.pdf", f"The {CANARY} pays.")
    bring(desk, drop, "b.pdf", "An ordinary lease.")
    name = backups.make_backup(desk).name
    desk.close()
    backups.order_restore(desk, name)
    desk = LocalDesk(library, tiny_model)
    gone = next(d for d in documents.list_documents(desk, Scope()) if CANARY in d.name)

    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("legaldesk.engine.backups.erase_aside", die)
        removing.remove_documents(desk, (gone.id,))
    desk.close()
    assert backups.list_backups(desk).backups == ()  # the kill came after these
    assert files_with(library / ASIDE, CANARY)

    desk = LocalDesk(library, tiny_model)

    assert files_with(library, CANARY) == []
    assert backups.list_backups(desk).restored is None
    desk.close()


def test_what_a_restore_set_aside_after_a_removal_stays(library, tiny_model, drop):
    desk = LocalDesk(library, tiny_model)
    bring(desk, drop, "a.pdf", "An ordinary lease.")
    bring(desk, drop, "b.pdf", "Another lease.")
    removing.remove_documents(desk, (documents.list_documents(desk, Scope())[0].id,))
    name = backups.make_backup(desk).name
    desk.close()
    backups.order_restore(desk, name)

    for _ in range(2):
        desk = LocalDesk(library, tiny_model)
        desk.close()

    assert (library / backups.list_backups(desk).restored.aside).is_file()
