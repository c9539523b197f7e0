"""Every request carries out the task of its name with the desk, in the order it takes them."""

import inspect
from types import SimpleNamespace

import pytest

from legaldesk.core.hits import Answer, Coverage, Scope
from legaldesk.core.labels import LabelFilter, Verdict
from legaldesk.core.models import Prompts
from legaldesk.core.passages import Span
from legaldesk.core.progress import silent
from legaldesk.core.recipes import Recipe
from legaldesk.workers.requests import Requests

RECIPE = Recipe(
    name="own", title="Own", note="", dimensions=None, loss="mnrl", batch_size=4,
    learning_rate=1e-3, epochs=1,
)  # fmt: skip

ASKED = {
    "search": ("who pays?", Scope("Acme"), 5),
    "search_reranked": ("who pays?", Scope("Acme"), 5),
    "search_words": ("who pays?", Scope("Acme"), 5),
    "search_meaning": ("who pays?", Scope("Acme"), 5),
    "import_files": (("a.pdf",), "Acme", {"a.pdf": "secret"}, True),
    "expect_files": (),
    "expect_pages": (),
    "resume_import": ("secret",),
    "await_meaning": (),
    "list_documents": (Scope("Acme"),),
    "document_details": ("id",),
    "list_problems": ("Acme",),
    "forget_file": ("a.pdf", "Acme"),
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
    "passage_boxes": ("id", (Span(3, 0, 9), Span(4, 0, 5)), (Span(4, 0, 5),)),
    "page_words": ("id", 3),
    "unlock_document": ("id", "secret"),
    "engine_state": (),
    "confinement": (),
    "disk_encryption": (),
    "verify": (True,),
    "list_backups": (),
    "make_backup": (),
    "order_restore": ("backup",),
    "survey_training": (("Acme",), "pairs.csv"),
    "train": (RECIPE, ("Acme",), "pairs.csv", "Firm"),
    "resume_training": ("run",),
    "pause_run": ("run",),
    "go_on": ("run",),
    "stop_run": ("run",),
    "run_news": ("run",),
    "balance_in_use": (),
    "learn_balance": ("",),
    "use_balance": (0.5, 3),
    "list_runs": (),
    "proof": ("run",),
    "adopt_run": ("run", True),
    "keep_old": ("run",),
    "delete_run": ("run",),
    "retrain_without": ("run", "Acme"),
    "list_models": (),
    "add_model": ("owner/name", "name"),
    "remove_model": ("name",),
    "use_model": ("name", Prompts("q: ", "p: "), 64),
    "use_dimension": (64,),
    "await_switch": (),
    "stop_switch": (),
    "go_back": (),
    "prune_generation": (3,),
    "set_device": ("cpu",),
    "set_hub_token": ("hf_x",),
    "use_reranker": ("/models/reranker",),
    "turn_off_reranker": (),
    "import_samples": (),
    "label_hit": ("who pays?", "id", (Span(3, 0, 9),), Verdict.RELEVANT, "Acme", 4, True),
    "label_selection": ("who pays?", "id", (Span(3, 0, 9),), Verdict.PARTLY, "Acme"),
    "undo_label": (7,),
    "restore_label": (7,),
    "list_labels": (LabelFilter(matter="Acme"),),
    "count_labels": (),
    "verdicts": ("who pays?", (), "Acme", True),
    "contradictions": ("Acme",),
    "resolve": ((7, 8), Verdict.RELEVANT),
    "let_train": ("Acme", True),
    "current_labeller": (),
    "set_labeller": ("Ann",),
    "import_labels": ("a.csv", "Acme", "csv", "Ann"),
    "export_labels": ("a.csv", "Acme", "csv", True),
    "remember_answer": (Answer("who pays?", Coverage(1, 1, 1, 0), ()), Scope("Acme")),
    "review": ("Acme", 5, (7,)),
    "forget_question": (7,),
    "forget_questions": ("Acme",),
    "remembers": (),
    "set_remembering": (False,),
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
