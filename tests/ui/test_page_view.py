"""The page view with synthetic pages: a black rectangle stands wherever the text is."""

import gc
import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication

from legaldesk.core.documents import (
    Document,
    DocumentDetails,
    FileState,
    TextSource,
)
from legaldesk.core.errors import Damaged, LegalDeskError, Locked, ProcessDied
from legaldesk.core.hits import Box, Hit, PageBoxes, PageImage
from legaldesk.core.passages import Span
from legaldesk.ui import page_images, page_view, theme
from legaldesk.ui.page_canvas import Fit
from legaldesk.ui.page_column import ACTUAL_SIZE
from legaldesk.ui.page_layout import PageLayout
from legaldesk.ui.page_view import PageView
from legaldesk.workers.job import Job
from legaldesk.workers.lane import Lane

SIZE = (300.0, 400.0)
BOXES = (Box(60, 120, 240, 140), Box(60, 150, 160, 170))
YELLOW = QColor("#FFE03C").rgb()
BLACK = QColor("#000000").rgb()


def document(name="lease.pdf", pages=9):
    return Document(
        id=name, name=name, title="", pages=pages, pages_without_text=(), passages=1,
        passages_with_meaning=1, language="en", text_source=TextSource.PDFIUM,
        state=FileState.IMPORTED, reason="", matters=(), added="", size=1, path="",
        referenced=False,
    )  # fmt: skip


def hit(document_id="lease.pdf", pages=(4,), source=TextSource.PDFIUM):
    spans = tuple(Span(page, 0, 10) for page in pages)
    return Hit(
        rank=1, score=1.0, passage_id="", document=document_id, document_id=document_id,
        matters=(), section=(), page=pages[0], page_label=None, spans=spans, text="", body="",
        text_source=source, words=1.0, meaning=0.0, reason="",
    )  # fmt: skip


def drawn(page, scale, shade):
    """A white page with blocks of one shade where the text is."""
    width, height = round(SIZE[0] * scale), round(SIZE[1] * scale)
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(QColor("#FFFFFF"))
    painter = QPainter(image)
    for box in BOXES:
        first = QPoint(round(box.left * scale), round(box.top * scale))
        last = QPoint(round(box.right * scale) - 1, round(box.bottom * scale) - 1)
        painter.fillRect(QRect(first, last), QColor.fromRgb(shade))
    painter.end()
    lines = (bytes(image.constScanLine(y))[: 3 * width] for y in range(height))
    return PageImage(width, height, scale, b"".join(lines))


class Watched(Job):
    """A job that remembers that it was cancelled."""

    dropped = False

    def cancel(self):
        self.dropped = True
        super().cancel()


class Pages:
    """Answers as Requests would. ``gate`` holds images back while it is cleared, ``opening``
    what is known of documents and the answer to a password.
    """

    def __init__(self):
        self.asked = []
        self.jobs = []
        self.gate = threading.Event()
        self.gate.set()
        self.opening = threading.Event()
        self.opening.set()
        self.password = None
        self.broken = set()
        self.sizes = ()
        self.shade = QColor("#FFFFFF").rgb()

    def document_details(self, document_id):
        return Job(lambda report: self._details(document_id))

    def _details(self, document_id):
        self.opening.wait()
        if document_id == "gone.pdf":
            raise LegalDeskError("This document is no longer in the library.")
        count = 2000 if document_id == "code.pdf" else 9
        labels = ("i", "ii", *(str(page) for page in range(1, count - 1)))
        sizes = self.sizes or (SIZE,) * count
        return DocumentDetails(document(document_id, count), (), labels, sizes, ())

    def page_image(self, document_id, page, scale):
        job = Watched(lambda report: self._image(document_id, page, scale))
        self.asked.append((document_id, page, scale))
        self.jobs.append(job)
        return job

    def _image(self, document_id, page, scale):
        self.gate.wait()
        if document_id == "secret.pdf" and self.password != "open sesame":
            raise Locked("secret.pdf needs its password.", document_id)
        if page in self.broken:
            raise Damaged(f"Page {page} cannot be drawn.", document_id)
        return drawn(page, scale, self.shade)

    def passage_boxes(self, document_id, spans, lead=()):
        own = {span.page for span in lead}
        found = (PageBoxes(span.page, BOXES, BOXES * (span.page in own)) for span in spans)
        return Job(lambda report: tuple(found))

    def unlock_document(self, document_id, password):
        return Job(lambda report: self._unlock(password))

    def _unlock(self, password):
        self.opening.wait()
        if password != "open sesame":
            raise Locked("That password does not open secret.pdf.")
        self.password = password


@pytest.fixture
def pages():
    return Pages()


@pytest.fixture
def view(qtbot, pages):
    theme.apply(QApplication.instance(), theme.Look("light", 100))
    lane = Lane("pages")
    made = PageView(pages, lane)
    qtbot.addWidget(made)
    made.resize(900, 700)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    pages.gate.set()
    pages.opening.set()
    made.clear()
    lane.stop()
    assert lane.wait(60_000)


def show(qtbot, view, wanted):
    """Show a hit and wait until its page has its image and its highlight."""
    view.show_hit(wanted)
    settle(qtbot, view)


def settle(qtbot, view):
    """Wait until every page in view has a sharp image, and the passage its boxes."""

    qtbot.waitUntil(lambda: bool(view.canvas.visible_pages()) and view.settled)


def passage_on_screen(view):
    return view.canvas.viewportTransform().mapRect(view.canvas.pages.passage())


def box_on_screen(view, box, page=4):
    area = view.canvas.pages.layout.box(page, box)
    return view.canvas.viewportTransform().mapRect(area)


# ---------------------------------------------------------------- the highlight


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("zoom", [0.5, 1.0, 2.0])
def test_the_highlight_lies_on_the_text_and_nowhere_else(qtbot, view, pages, zoom, rotation):
    show(qtbot, view, hit())
    view.canvas.set_zoom(zoom)
    view.canvas.rotate_pages(rotation)
    view.canvas.show_passage()
    settle(qtbot, view)

    shot = view.canvas.viewport().grab().toImage()
    yellow = pixels(shot, YELLOW)

    wanted = [box_on_screen(view, box) for box in BOXES]
    assert yellow
    assert all(any(near(area, point, 1.5) for area in wanted) for point in yellow)
    for area in wanted:
        inner = area.adjusted(1.5, 1.5, -1.5, -1.5).intersected(shot.rect().toRectF())
        missed = inside(inner) - yellow
        assert not missed, f"{len(missed)} pixels of the text are not highlighted"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("zoom", [0.5, 1.0, 2.0])
def test_text_and_highlight_cover_the_same_pixels(qtbot, view, pages, zoom, rotation):
    pages.shade = BLACK
    show(qtbot, view, hit())
    view.canvas.set_zoom(zoom)
    view.canvas.rotate_pages(rotation)
    settle(qtbot, view)

    shot = view.canvas.viewport().grab().toImage()
    text, spill = pixels(shot, BLACK), pixels(shot, YELLOW)

    areas = [box_on_screen(view, box) for box in BOXES]
    edge = sum(2 * (area.width() + area.height()) for area in areas)
    assert text
    assert len(spill) <= edge, "at most a seam of one pixel around the text"


def test_black_text_stays_black_under_the_highlight(qtbot, view, pages):
    pages.shade = BLACK
    show(qtbot, view, hit())

    centre = box_on_screen(view, BOXES[0]).center().toPoint()

    assert view.canvas.viewport().grab().toImage().pixel(centre) == BLACK


def test_overlapping_boxes_are_multiplied_once(qtbot, view, pages, monkeypatch):
    twice = (BOXES[0], BOXES[0])
    monkeypatch.setattr(
        pages, "passage_boxes", lambda *_: Job(lambda report: (PageBoxes(4, twice),))
    )
    show(qtbot, view, hit())

    centre = box_on_screen(view, BOXES[0]).center().toPoint()

    assert view.canvas.viewport().grab().toImage().pixel(centre) == YELLOW


def test_every_page_that_the_passage_touches_is_highlighted(qtbot, view):
    show(qtbot, view, hit(pages=(4, 5)))
    view.canvas.set_fit(Fit.PAGE)
    view.canvas.go_to(5)
    settle(qtbot, view)

    centre = box_on_screen(view, BOXES[0], page=5).center().toPoint()

    assert view.canvas.viewport().grab().toImage().pixel(centre) == YELLOW


def test_of_passages_read_as_one_that_which_was_found_is_in_view(qtbot, view):
    before, own = hit(pages=(4,)), hit(pages=(5,))
    show(qtbot, view, replace(own, beside=(before,)))

    shown = view.canvas.viewport().rect()
    assert view.canvas.page == 5
    assert shown.contains(box_on_screen(view, BOXES[0], page=5).toRect())
    assert view.canvas.pages.items_by_page[5].boxes == BOXES

    view.canvas.go_to(4)
    settle(qtbot, view)
    assert view.canvas.pages.items_by_page[4].boxes == BOXES, "the other one is highlighted too"


def test_a_document_read_by_the_second_reader_says_why_there_is_no_highlight(qtbot, view):
    show(qtbot, view, hit(source=TextSource.PYPDF))

    assert view.notice.isVisible() and "second reader" in view.notice.text()
    assert view.canvas.page == 4 and view.canvas.pages.passage().isEmpty()

    show(qtbot, view, hit())
    assert not view.notice.isVisible()


def pixels(image, wanted):
    """The points of this colour."""
    rows = image.convertToFormat(QImage.Format.Format_RGB32)
    values = np.frombuffer(rows.constBits(), np.uint32).reshape(rows.height(), rows.width())
    return {(int(x), int(y)) for y, x in np.argwhere(values == wanted)}


def inside(area):
    return {
        (x, y) for x in range(round(area.left()), int(area.right()))
        for y in range(round(area.top()), int(area.bottom()))
    }  # fmt: skip


def near(area, point, distance):
    grown = area.adjusted(-distance, -distance, distance, distance)
    return grown.contains(QPointF(*point))


# ---------------------------------------------------------------- moving


def test_a_hit_is_shown_away_from_the_edges(qtbot, view):
    with qtbot.waitSignal(view.pageShown, check_params_cb=lambda _, page: page == 4):
        show(qtbot, view, hit())

    passage, height = passage_on_screen(view), view.canvas.viewport().height()
    assert passage.top() > 0.05 * height and passage.bottom() < 0.95 * height


@pytest.mark.parametrize("first", [(1000.0, 500.0), (14_000.0, 500.0), (150.0, 400.0)])
def test_the_page_of_a_hit_is_fitted_whatever_size_the_others_have(qtbot, view, pages, first):
    pages.sizes = (first, *(SIZE,) * 8)

    show(qtbot, view, hit())
    opened = view.canvas.zoom
    show(qtbot, view, hit(pages=(1,)))
    show(qtbot, view, hit(pages=(8,)))

    fitted = pytest.approx(view.canvas.scale_for(*SIZE), rel=0.03)  # a scroll bar comes and goes
    assert opened == fitted and view.canvas.zoom == fitted
    assert view.canvas.page == 8


def test_a_hit_on_a_wider_page_below_the_current_one_comes_into_view(qtbot, view, pages):
    pages.sizes = (SIZE, (3000.0, 400.0), *(SIZE,) * 7)
    view.show_page("lease.pdf", 1)
    settle(qtbot, view)
    view.canvas.set_zoom(1.0)
    settle(qtbot, view)
    assert view.canvas.visible_pages() == [1, 2] and view.canvas.page == 1

    show(qtbot, view, hit(pages=(2,)))

    area = passage_on_screen(view)
    assert area.left() >= 0 and area.right() <= view.canvas.viewport().width()


def test_a_hit_that_is_already_in_view_does_not_move_the_page(qtbot, view):
    show(qtbot, view, hit())
    before = view.canvas.verticalScrollBar().value()

    show(qtbot, view, hit())

    assert view.canvas.verticalScrollBar().value() == before


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_zoom_keeps_the_passage_in_view(qtbot, view, rotation):
    show(qtbot, view, hit())
    view.canvas.rotate_pages(rotation)
    view.canvas.setFocus()
    zooms = []

    for key in [Qt.Key.Key_Plus] * 4 + [Qt.Key.Key_Minus] * 8 + [Qt.Key.Key_0]:
        qtbot.keyClick(view.canvas, key, Qt.KeyboardModifier.ControlModifier)
        zooms.append(view.canvas.zoom)
        assert view.canvas.viewport().rect().toRectF().intersects(passage_on_screen(view))

    assert zooms[:4] == sorted(set(zooms[:4])) and zooms[-1] == ACTUAL_SIZE


def test_a_passage_that_is_found_late_takes_nobody_away(qtbot, view, pages):
    show(qtbot, view, hit("code.pdf", pages=(10,)))
    pages.gate.clear()
    view.canvas.go_to(1500)
    qtbot.waitUntil(lambda: any(page == 1500 for _, page, _ in pages.asked))

    view.show_hit(hit("code.pdf", pages=(900,)))
    view.canvas.verticalScrollBar().setValue(view.canvas.verticalScrollBar().maximum())
    pages.gate.set()
    settle(qtbot, view)

    assert view.canvas.page == 2000
    view.canvas.go_to(900)
    assert not view.canvas.pages.passage().isEmpty()


def test_the_end_of_a_long_passage_stays_where_it_is_read(qtbot, view, pages, monkeypatch):
    long = tuple(Box(60, top, 240, top + 10) for top in range(20, 380, 20))
    monkeypatch.setattr(
        pages, "passage_boxes", lambda *_: Job(lambda report: (PageBoxes(4, long),))
    )
    show(qtbot, view, hit())
    bar = view.canvas.verticalScrollBar()
    bar.setValue(bar.value() + round(box_on_screen(view, long[-1]).top()) - 300)

    for change in (lambda: view.canvas.zoom_by(1.2), lambda: view.resize(860, 700)):
        change()
        last = box_on_screen(view, long[-1])
        assert 200 < last.top() < 400, "what was read has not jumped away"


def test_the_wheel_with_ctrl_zooms_around_the_cursor(qtbot, view):
    show(qtbot, view, hit())
    cursor = QPoint(300, 200)
    before = view.canvas.mapToScene(cursor)

    QApplication.sendEvent(view.canvas.viewport(), wheel(view, cursor, 120))

    after = view.canvas.viewportTransform().map(before)
    assert view.canvas.fit is Fit.FREE
    assert abs(after.x() - cursor.x()) <= 1.5 and abs(after.y() - cursor.y()) <= 1.5


def wheel(view, at, turn):
    return QWheelEvent(
        QPointF(at), QPointF(view.canvas.viewport().mapToGlobal(at)), QPoint(), QPoint(0, turn),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip


def test_a_plan_of_five_metres_is_fitted_and_gets_no_larger_by_zooming_out(
    qtbot, view, pages, monkeypatch
):
    details = pages._details
    plan = {"sizes": ((14_000.0, 9_000.0),) * 9}
    monkeypatch.setattr(pages, "_details", lambda name: replace(details(name), **plan))
    show(qtbot, view, hit())
    fitted = view.canvas.zoom

    assert 0.8 < 14_000 * fitted / view.canvas.width() < 1
    view.canvas.zoom_by(1 / 1.2)
    assert view.canvas.zoom == fitted
    view.canvas.zoom_by(1.2)
    assert view.canvas.zoom == pytest.approx(1.2 * fitted)


def test_keys_move_through_the_document(qtbot, view):
    show(qtbot, view, hit())
    control = Qt.KeyboardModifier.ControlModifier

    def press(key, modifier=Qt.KeyboardModifier.NoModifier):
        qtbot.keyClick(view.canvas, key, modifier)
        return view.canvas.page

    assert press(Qt.Key.Key_Home) == 1
    assert press(Qt.Key.Key_PageDown, control) == 2
    assert press(Qt.Key.Key_PageUp, control) == 1
    assert press(Qt.Key.Key_End) == 9
    assert press(Qt.Key.Key_PageUp) < 9 or view.canvas.verticalScrollBar().value() > 0


def test_page_down_moves_by_a_screenful(qtbot, view):
    show(qtbot, view, hit(pages=(1,)))
    before = view.canvas.verticalScrollBar().value()

    qtbot.keyClick(view.canvas, Qt.Key.Key_PageDown)

    moved = view.canvas.verticalScrollBar().value() - before
    assert 0.5 * view.canvas.viewport().height() < moved <= view.canvas.viewport().height()


def test_r_rotates_and_the_page_stays(qtbot, view):
    show(qtbot, view, hit())
    view.canvas.setFocus()

    qtbot.keyClick(view.canvas, Qt.Key.Key_R)
    settle(qtbot, view)

    assert view.canvas.pages.layout.rotation == 90
    assert view.canvas.page == 4


@pytest.mark.parametrize(("typed", "page"), [("7", 7), ("7 / 9", 7), ("ii", 2), ("99", 9)])
def test_the_page_box_takes_numbers_and_printed_labels(qtbot, view, typed, page):
    show(qtbot, view, hit())
    box = view.toolbar.page_box
    box.setFocus()
    box.selectAll()

    qtbot.keyClicks(box, typed)
    qtbot.keyClick(box, Qt.Key.Key_Return)

    assert view.canvas.page == page
    assert box.text() == f"{page} / 9"


def test_the_bar_shows_the_printed_number_only_where_it_differs(qtbot, view):
    show(qtbot, view, hit())

    assert view.toolbar.printed.text() == "printed 2"


# ---------------------------------------------------------------- images


def test_images_are_made_for_the_zoom_and_only_near_the_view(qtbot, view, pages):
    show(qtbot, view, hit("code.pdf", pages=(1000,)))

    wanted = view.canvas.zoom * view.canvas.viewport().devicePixelRatioF()
    near_by = {page for _, page, _ in pages.asked}
    assert near_by <= set(range(996, 1005))
    assert all(scale == pytest.approx(wanted, abs=1e-3) for _, _, scale in pages.asked)
    assert len(view.canvas.pages.items_by_page) <= 6


def test_superseded_requests_are_cancelled(qtbot, view, pages):
    show(qtbot, view, hit("code.pdf", pages=(10,)))
    pages.gate.clear()
    pages.jobs.clear()
    view.show_page("code.pdf", 100)
    qtbot.waitUntil(lambda: len(pages.jobs) == page_images.ON_THE_WAY)
    first = list(pages.jobs)

    view.show_page("code.pdf", 1500)
    qtbot.waitUntil(lambda: len(pages.jobs) > len(first))
    dropped = [job for job in first if job.dropped]
    pages.gate.set()
    settle(qtbot, view)

    assert dropped == first
    asked = [page for _, page, _ in pages.asked if 90 < page < 110]
    assert len(asked) == page_images.ON_THE_WAY, "the rest of page 100's neighbours never left"
    assert view.canvas.page == 1500


def test_the_old_image_is_shown_until_the_sharper_one_arrives(qtbot, view, pages):
    show(qtbot, view, hit())
    old = view.canvas.pages.items_by_page[4].image
    pages.gate.clear()

    view.canvas.zoom_by(1.2)

    assert view.canvas.pages.items_by_page[4].image is old
    pages.gate.set()
    settle(qtbot, view)
    assert view.canvas.pages.items_by_page[4].image.width() > old.width()


def test_memory_is_bounded(qtbot, view, pages, monkeypatch):
    show(qtbot, view, hit("code.pdf", pages=(1,)))
    one = len(next(iter(view.images._kept.values())).source.rgb)
    monkeypatch.setattr(page_images, "BYTES_KEPT", 5 * one)

    for page in range(10, 60, 10):
        view.show_page("code.pdf", page)
        settle(qtbot, view)

    assert sum(len(kept.source.rgb) for kept in view.images._kept.values()) <= 5 * one


def test_where_memory_is_short_the_page_in_view_keeps_its_image(qtbot, view, pages, monkeypatch):
    show(qtbot, view, hit("code.pdf", pages=(1000,)))
    one = len(next(iter(view.images._kept.values())).source.rgb)
    monkeypatch.setattr(page_images, "BYTES_KEPT", 2.5 * one)

    view.show_page("code.pdf", 50)
    settle(qtbot, view)
    qtbot.waitUntil(lambda: not view.images._jobs)
    asked = list(pages.asked)
    view._ask_for_images()

    assert view.canvas.visible_pages() == [50] and view.settled
    assert not view.images._jobs and pages.asked == asked, "nothing is made a second time"


def test_an_image_in_view_outlives_its_place_in_memory(qtbot, view, pages, monkeypatch):
    pages.shade = BLACK
    show(qtbot, view, hit())
    monkeypatch.setattr(page_images, "BYTES_KEPT", 1)

    view.images._shrink()
    gc.collect()
    view.images._kept.clear()
    scribble = [bytes([7]) * 2_000_000 for _ in range(20)]

    centre = box_on_screen(view, BOXES[0]).center().toPoint()
    assert view.canvas.viewport().grab().toImage().pixel(centre) == BLACK
    assert scribble


def test_a_page_that_cannot_be_drawn_says_why_in_its_place(qtbot, view, pages):
    pages.broken.add(4)

    with qtbot.waitSignal(view.images.failed):
        view.show_hit(hit())

    assert view.canvas.pages.items_by_page[4].sentence == "Page 4 cannot be drawn."


def test_why_a_page_is_missing_is_said_in_letters_of_the_chosen_size(qtbot, view, pages):
    pages.broken.add(4)
    with qtbot.waitSignal(view.images.failed):
        view.show_hit(hit())
    view.canvas.set_highlight({})

    def tall():
        """How many rows of pixels the sentence takes."""
        shot = view.canvas.viewport().grab().toImage()
        paper = view.canvas.viewportTransform().mapRect(view.canvas.pages.layout.page(4))
        area = paper.toRect().adjusted(20, 20, -20, -20) & shot.rect()
        across = range(area.left(), area.right())
        return sum(
            any(shot.pixelColor(x, y).lightness() < 200 for x in across)
            for y in range(area.top(), area.bottom())
        )

    usual = tall()
    theme.apply(QApplication.instance(), theme.Look("light", 200))
    view.refresh_theme()

    assert tall() > 1.6 * usual > 0


@pytest.mark.parametrize("between", [[], ["code.pdf"]])
def test_a_page_that_failed_is_asked_for_anew_when_it_is_shown_again(qtbot, view, pages, between):
    pages.broken.add(4)
    with qtbot.waitSignal(view.images.failed):
        view.show_hit(hit())
    pages.broken.clear()
    for other in between:
        show(qtbot, view, hit(other))

    show(qtbot, view, hit())

    page = view.canvas.pages.items_by_page[4]
    assert page.image is not None and page.sentence == ""


def test_what_failed_while_the_engine_was_gone_comes_when_it_is_back(
    qtbot, view, pages, monkeypatch
):
    def gone(report):
        raise ProcessDied("The engine stopped. It starts again by itself.")

    with monkeypatch.context() as while_gone:
        for name in ("passage_boxes", "page_image"):
            while_gone.setattr(pages, name, lambda *_: Job(gone))
        view.show_hit(hit())
        qtbot.waitUntil(lambda: view.settled)
    assert "starts again" in view.canvas.pages.items_by_page[4].sentence + view.notice.text()

    view.try_again()
    settle(qtbot, view)

    assert view.canvas.pages.items_by_page[4].image is not None
    assert not view.canvas.pages.passage().isEmpty() and view.notice.isHidden()


def test_a_document_that_does_not_open_says_why(qtbot, view):
    view.show_page("gone.pdf", 1)

    qtbot.waitUntil(lambda: view._failure.isVisible())
    assert view._failure.text() == "This document is no longer in the library."


def test_a_newer_hit_wins_over_an_older_one(qtbot, view):
    view.show_hit(hit("code.pdf", pages=(900,)))
    show(qtbot, view, hit("lease.pdf", pages=(6,)))

    assert view.document_id == "lease.pdf"
    assert view.canvas.page == 6


def test_nothing_of_another_document_is_shown_while_one_opens(qtbot, view, pages):
    show(qtbot, view, hit())
    view.canvas.setFocus()
    pages.opening.clear()

    view.show_hit(hit("code.pdf", pages=(900,)))

    assert not view.canvas.isVisible() and view.toolbar.page_box.text() == ""
    pages.opening.set()
    settle(qtbot, view)
    assert view.canvas.page == 900 and not view.canvas.pages.passage().isEmpty()
    assert view.canvas.hasFocus(), "the keys still act on the pages"


def test_the_keys_go_to_the_pages_of_a_document_that_is_still_being_opened(qtbot, view, pages):
    view.toolbar.larger.setFocus()
    pages.opening.clear()
    view.show_hit(hit())

    view.take_focus()
    pages.opening.set()
    settle(qtbot, view)

    assert view.canvas.hasFocus()


def test_the_next_hits_are_prepared_after_what_is_in_view(qtbot, view, pages):
    show(qtbot, view, hit())

    view.look_ahead([hit("code.pdf", pages=(700,)), hit("lease.pdf", pages=(8,))])
    qtbot.waitUntil(lambda: view.images.image("code.pdf", 700) is not None)
    qtbot.waitUntil(lambda: view.images.image("lease.pdf", 8) is not None)
    asked = list(pages.asked)
    view.show_hit(hit("code.pdf", pages=(700,)))

    assert view.canvas.page == 700 and view.canvas.pages.items_by_page[700].image
    settle(qtbot, view)
    assert ("code.pdf", 700) not in {each[:2] for each in pages.asked[len(asked) :]}


# ---------------------------------------------------------------- locked


def test_a_locked_document_asks_for_its_password_and_opens_with_it(qtbot, view):
    with qtbot.waitSignal(view.passwordNeeded) as asked:
        view.show_hit(hit("secret.pdf"))
    assert asked.args == ["secret.pdf"]
    assert view.locked.isVisible()

    give(qtbot, view, "wrong")
    qtbot.waitUntil(lambda: "does not open" in view.locked._wrong.text())

    give(qtbot, view, "open sesame")
    qtbot.waitUntil(lambda: view.canvas.isVisible())
    settle(qtbot, view)
    assert view.canvas.page == 4 and not view.canvas.pages.passage().isEmpty()
    assert view.locked.field.text() == ""
    assert view.canvas.hasFocus(), "the keys now act on the pages"


@pytest.mark.parametrize("password", ["open sesame", "wrong"])
def test_a_password_that_is_answered_late_touches_no_other_document(qtbot, view, pages, password):
    show(qtbot, view, hit("code.pdf", pages=(900,)))
    with qtbot.waitSignal(view.passwordNeeded):
        view.show_hit(hit("secret.pdf"))
    pages.opening.clear()
    give(qtbot, view, password)

    view.show_page("code.pdf", 900)
    view.canvas.go_to(1200)
    view.toolbar.larger.setFocus()
    pages.opening.set()
    settle(qtbot, view)

    assert view.document_id == "code.pdf" and view.canvas.page == 1200
    assert view.toolbar.larger.hasFocus()
    show(qtbot, view, hit("lease.pdf"))
    if password == "open sesame":
        show(qtbot, view, hit("secret.pdf"))
    else:
        view.show_hit(hit("secret.pdf"))
        qtbot.waitUntil(view.locked.isVisible)
        assert view.locked._wrong.text() == ""


def test_a_locked_document_among_the_next_hits_takes_no_page_away(qtbot, view, pages):
    show(qtbot, view, hit("code.pdf", pages=(10,)))
    qtbot.waitUntil(lambda: all(view.images.image("code.pdf", page) for page in (9, 11)))
    pages.gate.clear()
    view.look_ahead([hit("secret.pdf")])
    qtbot.waitUntil(lambda: pages.asked[-1][0] == "secret.pdf")

    view.canvas.go_to(500)
    qtbot.waitUntil(lambda: pages.asked[-1][:2] == ("code.pdf", 500))
    pages.gate.set()
    settle(qtbot, view)
    view.canvas.go_to(700)
    settle(qtbot, view)
    asked = [document for document, _, _ in pages.asked].count("secret.pdf")

    assert view.canvas.pages.items_by_page[700].image is not None
    assert asked == 1, "what is known to be locked is not asked for at every step"
    with qtbot.waitSignal(view.passwordNeeded):
        view.show_hit(hit("secret.pdf"))
    assert view.locked.isVisible()


def give(qtbot, view, password):
    qtbot.waitUntil(lambda: not view.locked.field.isReadOnly())
    view.locked.field.setFocus()
    qtbot.keyClicks(view.locked.field, password)
    qtbot.keyClick(view.locked.field, Qt.Key.Key_Return)


# ---------------------------------------------------------------- look and reach


def test_a_printed_number_without_room_takes_no_button_away(view):
    view.resize(520, 700)
    shown = []
    for label in ("4", "Exhibit B to the Master Services Agreement, Schedule 3, sheet 12"):
        view.toolbar.show_page(4, [label] * 9)
        shown.append([each.isHidden() for each in (view.toolbar.rotate, view.toolbar.fit_page)])

    assert shown == [[False, False]] * 2
    assert view.toolbar.printed.isHidden()


def test_every_control_has_a_name_and_can_be_reached_by_keyboard(view):
    for button in view.toolbar.findChildren(page_view.QWidget):
        if button.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert button.accessibleName(), button
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, button


def test_paper_stays_white_on_a_dark_surround(qtbot, view):
    theme.apply(QApplication.instance(), theme.Look("dark", 100))
    view.refresh_theme()
    show(qtbot, view, hit())
    view.canvas.set_fit(Fit.PAGE)
    settle(qtbot, view)
    shot = view.canvas.viewport().grab().toImage()

    paper = view.canvas.viewportTransform().mapRect(view.canvas.pages.layout.page(4))

    assert shot.pixelColor(paper.center().toPoint()) == QColor("#FFFFFF")
    assert shot.pixelColor(3, shot.height() // 2).lightness() < 30


def test_pages_are_found_between_two_heights():
    layout = PageLayout([(100, 200)] * 3)

    assert list(layout.between(0, 50)) == [1]
    assert list(layout.between(205, 225)) == [1, 2]
    assert list(layout.between(9000, 9100)) == [3]
