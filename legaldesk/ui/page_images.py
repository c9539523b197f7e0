"""Page images: asked for in the order of need, cancelled when superseded, kept within bounds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from legaldesk.core.errors import LegalDeskError, Locked
from legaldesk.core.hits import PageImage

if TYPE_CHECKING:
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

BYTES_KEPT = 192 * 1024 * 1024
"""How much of page images stays in memory, beyond the ones that are in view."""

ON_THE_WAY = 2
"""How many images are with the lane at a time; the others can still change their order."""

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One page at one scale, in device pixels per point."""

    document: str
    page: int
    scale: float


class HeldImage(QImage):
    """An image that looks at the bytes it came as, without a copy, and keeps them alive.

    Qt holds no reference to them, and PySide promises none: whoever shows the image must
    hold this very object.
    """

    def __init__(self, made: PageImage, scale: float) -> None:
        line = 3 * made.width
        super().__init__(made.rgb, made.width, made.height, line, QImage.Format.Format_RGB888)
        self.source = made
        self.scale = scale


class PageImages(QObject):
    """The images of pages of any document. ``arrived`` and ``failed`` name the page."""

    arrived = Signal(str, int)
    failed = Signal(str, int, str)
    locked = Signal(str)

    def __init__(self, requests: Requests, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = requests
        self._lane = lane
        self._kept: OrderedDict[Key, HeldImage] = OrderedDict()
        self._sentences: dict[Key, str] = {}
        self._near: tuple[Wanted, ...] = ()
        """What was wanted last, most urgent first; ``_wanted`` is what of it is still to come."""
        self._wanted: list[Wanted] = []
        self._jobs: dict[Wanted, Job] = {}

    def image(self, document: str, page: int) -> QImage | None:
        """The newest image of a page, at whatever scale it was made."""
        return self._kept.get((document, page))

    def sentence(self, document: str, page: int) -> str:
        """Why a page has no image; empty where nothing went wrong."""
        return self._sentences.get((document, page), "")

    def has(self, each: Wanted) -> bool:
        """Whether nothing more will come for this: it is there at its scale, or it failed."""
        key = (each.document, each.page)
        kept = self._kept.get(key)
        return key in self._sentences or (kept is not None and kept.scale == each.scale)

    def want(self, wanted: Sequence[Wanted]) -> None:
        """Have these, most urgent first, and nothing else: other requests are cancelled."""
        self._near = tuple(wanted)
        self._wanted = [each for each in wanted if not self.has(each)]
        for stale in self._jobs.keys() - set(self._wanted):
            self._jobs.pop(stale).cancel()
        self._shrink()
        self._submit_next()

    def clear(self) -> None:
        """Ask for nothing and keep nothing."""
        self.want(())
        self._kept.clear()
        self._sentences.clear()

    def forget(self, document: str) -> None:
        """Drop what is known of a document, failures too, so that it is asked for anew."""
        self.want(())
        self.retry(document)
        for key in [key for key in self._kept if key[0] == document]:
            del self._kept[key]

    def retry(self, document: str) -> None:
        """Ask anew for pages of a document that failed, because it is to be shown once more."""
        for key in [key for key in self._sentences if key[0] == document]:
            del self._sentences[key]

    def _submit_next(self) -> None:
        for each in self._wanted:
            if len(self._jobs) >= ON_THE_WAY:
                return
            if each not in self._jobs and self._has_room(each):
                self._submit(each)

    def _submit(self, each: Wanted) -> None:
        job = self._requests.page_image(each.document, each.page, each.scale)
        self._jobs[each] = job
        job.succeeded.connect(lambda made: self._on_image(each, job, made))
        job.failed.connect(lambda error: self._on_failed(each, job, error))
        self._lane.submit(job)

    def _on_image(self, each: Wanted, job: Job, made: PageImage) -> None:
        if not self._settle(each, job):
            return
        self._kept[each.document, each.page] = HeldImage(made, each.scale)
        self.arrived.emit(each.document, each.page)
        self._shrink()
        self._submit_next()

    def _on_failed(self, each: Wanted, job: Job, error: LegalDeskError) -> None:
        if not self._settle(each, job):
            return
        self._sentences[each.document, each.page] = error.message
        if isinstance(error, Locked):
            self.locked.emit(each.document)
        else:
            self.failed.emit(each.document, each.page, error.message)
        self._submit_next()

    def _settle(self, each: Wanted, job: Job) -> bool:
        """Whether this outcome is still of interest; it is now no longer on its way."""
        if self._jobs.get(each) is not job:
            return False
        del self._jobs[each]
        self._wanted = [other for other in self._wanted if other != each]
        return True

    def _has_room(self, each: Wanted) -> bool:
        """Whether it can be kept beside what is more urgent; else it would be made again and again.

        It, and what is on its way, are taken to be as large as the largest of these.
        """
        before = self._near[: self._near.index(each)]
        held = [(other.scale, self._kept.get((other.document, other.page))) for other in before]
        sizes = [len(kept.source.rgb) for scale, kept in held if kept and kept.scale == scale]
        return sum(sizes) + (len(self._jobs) + 1) * max(sizes, default=0) <= BYTES_KEPT

    def _shrink(self) -> None:
        """Let go of the images used longest ago, then of the least urgent; one always stays."""
        for each in reversed(self._near):
            if (each.document, each.page) in self._kept:
                self._kept.move_to_end((each.document, each.page))
        held = sum(len(kept.source.rgb) for kept in self._kept.values())
        while held > BYTES_KEPT and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            held -= len(gone.source.rgb)
