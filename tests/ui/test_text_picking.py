"""Words that are picked step by step: beside, above and below, within boxes."""

from legaldesk.core.hits import Box, PageWords, Word
from legaldesk.ui import text_picking
from legaldesk.ui.text_picking import Ends


def page(*lines):
    """A page of lines, each a top and (word, left) pairs; a letter is 10 points wide."""
    words, text = [], ""
    for top, *row in lines:
        for word, left in row:
            box = Box(left, top, left + 10 * len(word), top + 12)
            words.append(Word(len(text), len(text) + len(word), box))
            text += word + " "
    return PageWords(1, text, tuple(words))


PAGE = page(
    (100, ("The", 0), ("tenant", 40), ("pays", 200)),
    (120, ("rent.", 0)),
    (140, ("Each", 0), ("year", 50), ("ends", 300)),
)
RENT = 3


def said(words, number):
    word = words.words[number]
    return words.text[word.start : word.end]


def test_the_word_beside_stops_at_the_ends_of_the_page():
    assert said(PAGE, text_picking.word_beside(PAGE, 2, 1)) == "rent."
    assert text_picking.word_beside(PAGE, 0, -1) == 0
    assert said(PAGE, text_picking.word_beside(PAGE, 6, 1)) == "ends"


def test_a_short_line_is_not_jumped_over():
    assert said(PAGE, text_picking.word_above(PAGE, 2, -1, x=220)) == "rent."
    assert said(PAGE, text_picking.word_above(PAGE, RENT, -1, x=290)) == "ends"
    assert said(PAGE, text_picking.word_above(PAGE, RENT, 1, x=60)) == "tenant"


def test_above_the_first_line_and_below_the_last_there_is_nothing():
    assert text_picking.word_above(PAGE, 1, 1, x=0) == 1
    assert text_picking.word_above(PAGE, 5, -1, x=0) == 5


def test_below_a_column_is_the_next_one():
    columns = page((100, ("a", 0)), (120, ("b", 0)), (100, ("c", 300)), (120, ("d", 300)))

    assert said(columns, text_picking.word_above(columns, 1, -1, x=5)) == "c"


def test_the_first_word_within_boxes_is_the_first_that_is_read():
    boxes = (Box(0, 138, 400, 154), Box(190, 98, 260, 114))

    assert said(PAGE, text_picking.first_within(PAGE, boxes)) == "pays"
    assert text_picking.first_within(PAGE, (Box(0, 500, 10, 510),)) == -1
    assert text_picking.first_within(PAGE, ()) == -1


def test_ends_may_be_either_way_round():
    there = text_picking.picked(PAGE, Ends(1, 3, 1))

    assert there == text_picking.picked(PAGE, Ends(1, 1, 3))
    assert text_picking.text(PAGE, there) == "tenant pays rent."
