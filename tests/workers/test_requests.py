"""Every request carries out the task of its name with the desk, in the order it takes them."""

import inspect
from types import SimpleNamespace

import pytest

from legaldesk.core.hits import Scope
from legaldesk.core.passages import Span
from legaldesk.core.progress import silent
from legaldesk.workers.requests import Requests

ASKED = {
    "search": ("who pays?", Scope("Acme"), 5),
    "search_words": ("who pays?", Scope("Acme"), 5),
    "import_files": (("a.pdf",), "Acme", {"a.pdf": "secret"}, True),
    "resume_import": (),
    "await_meaning": (),
    "list_documents": (Scope("Acme"),),
    "document_details": ("id",),
    "list_problems": ("Acme",),
    "forget_file": ("a.pdf",),
    "list_matters": (),
    "create_matter": ("Acme",),
    "rename_matter": ("Acme", "Bond"),
    "lock_matter": ("Acme", True),
    "assign_document": ("id", "Acme"),
    "withdraw_document": ("id", "Acme"),
    "dependents": (("id",), "Acme"),
    "remove_documents": (("id",),),
    "remove_matter": ("Acme",),
    "page_image": ("id", 3, 1.5),
    "passage_boxes": ("id", (Span(3, 0, 9),)),
    "unlock_document": ("id", "secret"),
    "engine_state": (),
    "verify": (True,),
    "import_samples": (),
}


class Desk:
    """Notes what it is asked to run."""

    def __init__(self):
        self.asked = []

    def run(self, task, arguments, report):
        self.asked.append((task.name.rpartition(".")[2], tuple(arguments.values())))
        return task.name


def test_the_list_names_every_request():
    public = [name for name, _ in inspect.getmembers(Requests, inspect.isfunction)]
    of_the_desk = [name for name in public if not name.startswith("_")]

    assert sorted([*ASKED, "example_questions"]) == of_the_desk


@pytest.mark.parametrize("name", ASKED)
def test_a_request_is_a_job_around_the_task_of_its_name(qapp, name):
    desk = Desk()
    job = getattr(Requests(desk), name)(*ASKED[name])
    assert desk.asked == []

    job._work(silent)

    assert desk.asked == [(name, ASKED[name])]
    assert job.name == name


def test_the_examples_belong_to_the_sample_matter(qapp):
    matter, questions = Requests(None).example_questions()._work(silent)

    assert matter == "Sample matter"
    assert len(questions) == 3


def test_nothing_is_asked_before_the_lane_runs_the_job(qapp):
    desk = SimpleNamespace(run=None)

    assert not Requests(desk).list_matters().finished
