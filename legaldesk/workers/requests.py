"""What the user can ask for: each method returns a job, not yet started, around one task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from legaldesk.core.hits import Answer, Hit, Scope
from legaldesk.core.labels import LabelFilter, Verdict
from legaldesk.core.models import Prompts
from legaldesk.core.passages import Span
from legaldesk.core.progress import Report
from legaldesk.core.recipes import Recipe
from legaldesk.tasks import (
    backups,
    balancing,
    care,
    demo,
    documents,
    importing,
    label_files,
    labels,
    matters,
    models,
    removing,
    reranking,
    reviewing,
    searching,
    training,
    viewing,
)
from legaldesk.workers.job import Job


class Requests:
    """One short method per user intent, named as its task; the desk stays inside."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    def _job(self, task: Callable[..., object], *arguments: Any) -> Job:
        desk = self._desk
        return Job(lambda report: task(desk, *arguments, report=report), task.__name__)

    def search(self, question: str, scope: Scope, k: int = 10) -> Job:
        """Find passages by meaning and words: an Answer."""
        return self._job(searching.search, _text(question), scope, k)

    def search_reranked(self, question: str, scope: Scope, k: int = 10) -> Job:
        """The same with the best put in order once more by a cross-encoder: an Answer."""
        return self._job(reranking.search_reranked, _text(question), scope, k)

    def search_words(self, question: str, scope: Scope, k: int = 10) -> Job:
        """Find passages by words alone, while the model loads: an Answer."""
        return self._job(searching.search_words, _text(question), scope, k)

    def search_meaning(self, question: str, scope: Scope, k: int = 10) -> Job:
        """Find passages by meaning alone, while words are looked for: an Answer."""
        return self._job(searching.search_meaning, _text(question), scope, k)

    def import_files(
        self,
        paths: Sequence[str],
        matter: str,
        passwords: Mapping[str, str] | None = None,
        in_place: bool = False,
    ) -> Job:
        """Bring files and folders into a matter: an ImportSummary."""
        arguments = (tuple(paths), matter, dict(passwords or {}), in_place)
        return self._job(importing.import_files, *arguments)

    def expect_files(self) -> Job:
        """Have ready what reads files, because some are about to come."""
        return self._job(importing.expect_files)

    def resume_import(self, password: str | None = None) -> Job:
        """Go on with what was queued before a restart: an ImportSummary."""
        return self._job(importing.resume_import, password)

    def await_meaning(self) -> Job:
        """Wait until every passage can be found by meaning: how many."""
        return self._job(importing.await_meaning)

    def list_documents(self, scope: Scope) -> Job:
        """The documents in scope: a tuple of Document."""
        return self._job(documents.list_documents, scope)

    def document_details(self, document_id: str) -> Job:
        """One document with outline, page sizes and problems: DocumentDetails."""
        return self._job(documents.document_details, document_id)

    def list_problems(self, matter: str) -> Job:
        """Files that are not, or not wholly, in the matter: a tuple of FileOutcome."""
        return self._job(documents.list_problems, matter)

    def forget_file(self, file: str, matter: str) -> Job:
        """Take a file that could not be imported into a matter off the list of problems."""
        return self._job(documents.forget_file, file, matter)

    def list_matters(self) -> Job:
        """Every matter: a tuple of Matter."""
        return self._job(matters.list_matters)

    def create_matter(self, name: str) -> Job:
        """Make an empty matter: the Matter."""
        return self._job(matters.create_matter, _text(name))

    def rename_matter(self, name: str, new_name: str) -> Job:
        """Give a matter another name."""
        return self._job(matters.rename_matter, name, _text(new_name))

    def lock_matter(self, name: str, locked: bool) -> Job:
        """Keep a matter out of searches over all matters, or let it in again."""
        return self._job(matters.lock_matter, name, locked)

    def assign_document(self, document_id: str, matter: str) -> Job:
        """Put a document into one more matter."""
        return self._job(matters.assign_document, document_id, matter)

    def withdraw_document(self, document_id: str, matter: str) -> Job:
        """Take a document out of a matter; it stays in its others."""
        return self._job(matters.withdraw_document, document_id, matter)

    def dependents(self, document_ids: Sequence[str] = (), matter: str = "") -> Job:
        """What goes with these documents, or with this matter: Dependents."""
        return self._job(removing.dependents, tuple(document_ids), matter)

    def remove_documents(self, document_ids: Sequence[str]) -> Job:
        """Erase documents: how many went."""
        return self._job(removing.remove_documents, tuple(document_ids))

    def remove_matter(self, matter: str) -> Job:
        """Erase a matter and the documents that are in no other: how many went."""
        return self._job(removing.remove_matter, matter)

    def expect_pages(self) -> Job:
        """Have ready what shows pages, because a question is being typed."""
        return self._job(viewing.expect_pages)

    def page_image(self, document_id: str, page: int, scale: float) -> Job:
        """A page as pixels, ``scale`` of them per point: PageImage."""
        return self._job(viewing.page_image, document_id, page, scale)

    def passage_boxes(
        self, document_id: str, spans: Sequence[Span], lead: Sequence[Span] = ()
    ) -> Job:
        """Where spans lie on their pages, and those of them that lead: a tuple of PageBoxes."""
        return self._job(viewing.passage_boxes, document_id, tuple(spans), tuple(lead))

    def page_words(self, document_id: str, page: int) -> Job:
        """A page's text and where its words lie: PageWords."""
        return self._job(viewing.page_words, document_id, page)

    def unlock_document(self, document_id: str, password: str) -> Job:
        """Open a stored document that has a password, for viewing; fails with Locked."""
        return self._job(viewing.unlock_document, document_id, password)

    def engine_state(self) -> Job:
        """What the engine is doing: EngineState."""
        return self._job(care.engine_state)

    def confinement(self) -> Job:
        """How closely the processes that read PDFs are confined: a Confinement."""
        return self._job(care.confinement)

    def disk_encryption(self) -> Job:
        """Whether the library's disk is encrypted: an Encryption."""
        return self._job(care.disk_encryption)

    def verify(self, repair: bool = False) -> Job:
        """Check the library, and mend what can be mended: a tuple of Finding."""
        return self._job(care.verify, repair)

    def list_backups(self) -> Job:
        """The backups of the library, which may be damaged: a BackupsOverview."""
        return self._job(backups.list_backups)

    def make_backup(self) -> Job:
        """Make a backup now: the Backup."""
        return self._job(backups.make_backup)

    def order_restore(self, name: str) -> Job:
        """Have a backup put back when the library is opened next; "" takes that back."""
        return self._job(backups.order_restore, name)

    def list_models(self) -> Job:
        """What can be had, what is installed and what is in use: a ModelsOverview."""
        return self._job(models.list_models)

    def add_model(self, source: str, name: str = "") -> Job:
        """Install a model from a folder, a zip file or the hub: the InstalledModel."""
        return self._job(models.add_model, source, name)

    def remove_model(self, name: str) -> Job:
        """Delete an installed model and the vectors it made."""
        return self._job(models.remove_model, name)

    def use_model(self, name: str, prompts: Prompts | None = None, dimension: int = 0) -> Job:
        """Begin to read the library with a model: its GenerationInfo."""
        return self._job(models.use_model, name, prompts, dimension)

    def use_dimension(self, dimension: int) -> Job:
        """Search so many numbers of each vector: the live GenerationInfo."""
        return self._job(models.use_dimension, dimension)

    def await_switch(self) -> Job:
        """Wait until nothing is being built: the live GenerationInfo."""
        return self._job(models.await_switch)

    def stop_switch(self) -> Job:
        """Give up what is being built."""
        return self._job(models.stop_switch)

    def go_back(self) -> Job:
        """Let the model answer that did before: its GenerationInfo."""
        return self._job(models.go_back)

    def prune_generation(self, generation: int) -> Job:
        """Delete the vectors of a generation that is not in use."""
        return self._job(models.prune_generation, generation)

    def set_device(self, wanted: str) -> Job:
        """Compute on "auto", "cuda", "mps" or "cpu" from now on."""
        return self._job(models.set_device, wanted)

    def use_reranker(self, folder: str) -> Job:
        """Order answers by the cross-encoder in a folder from now on: its RerankerInfo."""
        return self._job(models.use_reranker, folder)

    def turn_off_reranker(self) -> Job:
        """Order answers without a cross-encoder."""
        return self._job(models.turn_off_reranker)

    def set_hub_token(self, token: str) -> Job:
        """Keep the hub's token in the computer's keyring; "" forgets it."""
        return self._job(models.set_hub_token, token)

    def label_hit(
        self,
        question: str,
        document_id: str,
        spans: Sequence[Span],
        verdict: Verdict,
        matter: str = "",
        rank: int = 0,
        plain: bool = False,
    ) -> Job:
        """Say what a hit is to the question that was asked, or to a plain one: the Label."""
        arguments = (_text(question), document_id, tuple(spans), verdict, matter, rank, plain)
        return self._job(labels.label_hit, *arguments)

    def label_selection(
        self,
        question: str,
        document_id: str,
        spans: Sequence[Span],
        verdict: Verdict = Verdict.RELEVANT,
        matter: str = "",
    ) -> Job:
        """Say what selected text is to a question: the Label."""
        arguments = (_text(question), document_id, tuple(spans), verdict, matter)
        return self._job(labels.label_selection, *arguments)

    def undo_label(self, label: int) -> Job:
        """Take a label back: the labels that count again, if any."""
        return self._job(labels.undo_label, label)

    def restore_label(self, label: int) -> Job:
        """Put a label back that was taken back: the Label."""
        return self._job(labels.restore_label, label)

    def list_labels(self, wanted: LabelFilter) -> Job:
        """Labels, newest first: a tuple of Label."""
        return self._job(labels.list_labels, wanted)

    def count_labels(self) -> Job:
        """How many labels each matter has: a tuple of LabelCounts."""
        return self._job(labels.count_labels)

    def verdicts(
        self, question: str, hits: Sequence[Hit], matter: str = "", plain: bool = False
    ) -> Job:
        """What has been said of each hit: a tuple of Standing, in their order."""
        return self._job(labels.verdicts, _text(question), tuple(hits), matter, plain)

    def contradictions(self, matter: str = "") -> Job:
        """Texts of which different things are said: a tuple of Contradiction."""
        return self._job(labels.contradictions, matter)

    def resolve(self, label_ids: Sequence[int], keep: Verdict) -> Job:
        """Settle a contradiction: one verdict stays."""
        return self._job(labels.resolve, tuple(label_ids), keep)

    def let_train(self, matter: str, allowed: bool) -> Job:
        """Say whether a matter's labels may be trained on."""
        return self._job(labels.let_train, matter, allowed)

    def current_labeller(self) -> Job:
        """The name that labels are given under."""
        return self._job(labels.current_labeller)

    def set_labeller(self, name: str) -> Job:
        """Give labels under this name from now on; "" is the computer's user."""
        return self._job(labels.set_labeller, _text(name))

    def import_labels(self, path: str, matter: str, format: str = "", labeller: str = "") -> Job:
        """Take labels from a JSONL or CSV file: an ImportReport."""
        return self._job(label_files.import_labels, path, matter, format, labeller)

    def export_labels(
        self, path: str, matter: str = "", format: str = "", complete: bool = False
    ) -> Job:
        """Write labels to a JSONL or CSV file: an ExportReport."""
        return self._job(label_files.export_labels, path, matter, format, complete)

    def remember_answer(self, answer: Answer, scope: Scope) -> Job:
        """Keep a question and where its hits stood, for review: whether it was kept."""
        return self._job(reviewing.remember_answer, answer, scope)

    def review(self, matter: str = "", limit: int = 20, without: Sequence[int] = ()) -> Job:
        """Past questions with results that nobody has labelled: a tuple of PastQuestion."""
        return self._job(reviewing.review, matter, limit, tuple(without))

    def forget_question(self, question: int) -> Job:
        """Forget one past question."""
        return self._job(reviewing.forget_question, question)

    def forget_questions(self, matter: str = "") -> Job:
        """Forget the past questions of a matter, "" of all: how many."""
        return self._job(reviewing.forget_questions, matter)

    def remembers(self) -> Job:
        """Whether questions are kept for review."""
        return self._job(reviewing.remembers)

    def set_remembering(self, wanted: bool) -> Job:
        """Keep questions for review, or keep none and forget those that are kept."""
        return self._job(reviewing.set_remembering, wanted)

    def survey_training(self, matters: Sequence[str] = (), pairs_file: str = "") -> Job:
        """What a run would be made from, and the recipe that fits: a Survey."""
        return self._job(training.survey_training, tuple(matters), pairs_file)

    def train(
        self, recipe: Recipe, matters: Sequence[str] = (), pairs_file: str = "", matter: str = ""
    ) -> Job:
        """Train and measure a copy of the live model: a RunSummary."""
        return self._job(training.train, recipe, tuple(matters), pairs_file, matter)

    def resume_training(self, run: str) -> Job:
        """Go on with a run that was interrupted: a RunSummary."""
        return self._job(training.resume_training, run)

    def pause_run(self, run: str) -> Job:
        """Let a run wait after its step."""
        return self._job(training.pause_run, run)

    def go_on(self, run: str) -> Job:
        """End a run's pause."""
        return self._job(training.go_on, run)

    def stop_run(self, run: str) -> Job:
        """End a run after its step and keep the best so far."""
        return self._job(training.stop_run, run)

    def run_news(self, run: str) -> Job:
        """All that a run told so far: RunNews."""
        return self._job(training.run_news, run)

    def balance_in_use(self) -> Job:
        """How much meaning counts beside exact words, as a factor: usually 1."""
        return self._job(balancing.balance_in_use)

    def learn_balance(self, matter: str = "") -> Job:
        """What the labels of a matter, "" of all, say of that: a Balance."""
        return self._job(balancing.learn_balance, matter)

    def use_balance(self, factor: float, generation: int = 0) -> Job:
        """Search with this factor, learned for that generation, from now on: the factor."""
        return self._job(balancing.use_balance, factor, generation)

    def list_runs(self) -> Job:
        """Every run, the newest first: a tuple of RunSummary."""
        return self._job(training.list_runs)

    def proof(self, run: str) -> Job:
        """The figures of a finished run: a Proof, or None."""
        return self._job(training.proof, run)

    def adopt_run(self, run: str, overrule: bool = False) -> Job:
        """Take a run's model into use: the GenerationInfo."""
        return self._job(training.adopt_run, run, overrule)

    def keep_old(self, run: str) -> Job:
        """Job for ``tasks.training.keep_old``."""
        return self._job(training.keep_old, run)

    def delete_run(self, run: str) -> Job:
        """Delete a run's folder."""
        return self._job(training.delete_run, run)

    def retrain_without(self, run: str, matter: str) -> Job:
        """Train again without a matter's pairs: a RunSummary."""
        return self._job(training.retrain_without, run, matter)

    def example_questions(self) -> Job:
        """Questions that the sample matter answers: its name, and their texts."""

        def read(_report: Report) -> tuple[str, tuple[str, ...]]:
            return demo.SAMPLE_MATTER, tuple(each.text for each in demo.demo_questions())

        return Job(read, "example_questions")

    def import_samples(self) -> Job:
        """Bring in the sample matter: an ImportSummary."""
        return self._job(demo.import_samples)


def _text(typed: str) -> str:
    """What was typed, as text that can be sent: half a character, as pasted, becomes "?"."""
    return typed.encode("utf-8", "replace").decode()
