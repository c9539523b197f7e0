"""The split never lets an answer onto the other side, and what is found before a run."""

import random

from hypothesis import given
from hypothesis import strategies as st

from legaldesk.core.findings import examine, sentences, without_contradictions_and_duplicates
from legaldesk.core.pairs import Lineage, Split, TrainingPair, split


def pair(question: str, passage: str, document: str = "", *negatives: str) -> TrainingPair:
    return TrainingPair(question, passage, document, negatives)


def numbered(count: int) -> list[TrainingPair]:
    return [pair(f"q{at}", f"p{at}", f"d{at}") for at in range(count)]


def sides(parted: Split) -> list[set[int]]:
    return [set(parted.train), set(parted.validation), set(parted.test)]


def test_every_pair_is_on_one_side_and_shares_are_kept() -> None:
    parted = split(numbered(100), range(100), seed=42)

    assert set.union(*sides(parted)) == set(range(100))
    assert [len(side) for side in sides(parted)] == [70, 10, 20]
    assert (parted.by, parted.note, parted.count) == ("document", "", 100)


def test_the_same_seed_gives_the_same_split_in_any_order() -> None:
    pairs = numbered(60)
    shuffled = pairs[:]
    random.Random(1).shuffle(shuffled)

    first, second = split(pairs, range(60), 7), split(shuffled, range(60), 7)

    assert {pairs[at] for at in first.test} == {shuffled[at] for at in second.test}
    assert first.test != split(pairs, range(60), 8).test


def test_a_document_is_never_on_two_sides() -> None:
    pairs = [pair(f"q{at}", f"p{at}", f"d{at % 25}") for at in range(100)]

    parted = split(pairs, range(100), seed=42)

    documents = [{pairs[at].document for at in side} for side in sides(parted)]
    assert not documents[0] & documents[1] and not documents[0] & documents[2]


def test_few_documents_fall_back_to_passages_and_say_so() -> None:
    pairs = [pair(f"q{at}", f"p{at}", "the only one") for at in range(50)]

    parted = split(pairs, range(50), seed=42)

    assert parted.by == "passage" and "1 independent" in parted.note and parted.test


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 30)), max_size=60))
def test_questions_and_near_duplicates_never_cross(rows: list[tuple[int, int, int]]) -> None:
    pairs = [pair(f"Q  {q}" if at % 2 else f"q {q}", f"p{g}", f"d{d}")
             for at, (q, g, d) in enumerate(rows)]  # fmt: skip
    groups = [g for _, g, _ in rows]

    parted = split(pairs, groups, seed=3)

    for key in (lambda at: rows[at][0], lambda at: groups[at], lambda at: parted.units[at]):
        keys = [{key(at) for at in side} for side in sides(parted)]
        assert not (keys[0] & keys[1] or keys[0] & keys[2] or keys[1] & keys[2])


def test_what_is_found_is_counted_and_said() -> None:
    pairs = [
        pair("When?", "In ten days.", "a"),
        pair("when? ", "in ten days.", "b"),
        pair("Who?", "The tenant.", "a", "the  tenant."),
        pair("Why?", "Because.", "c"),
    ]
    groups = [0, 0, 1, 2]

    usable = without_contradictions_and_duplicates(pairs)
    parted = split(usable, [0, 2], 42)

    found = examine(pairs, groups, usable, parted, ["en", "en", "en", "de"], {"en"})

    assert (found.pairs, found.questions, found.documents, found.duplicates) == (4, 3, 3, 1)
    assert found.contradictions == ("Who?",) and found.uncovered == ("de",)
    said = " ".join(sentences(found, {"de": "German"}.__getitem__))
    assert found.train_pairs + found.validation_questions + found.test_questions == 2
    assert "cannot tell" in said and "1 question has" in said and "1 pair repeats" in said
    assert "these languages: German." in said


def test_contradictions_and_duplicates_do_not_train() -> None:
    clean, disputed = pair("When?", "Soon."), pair("Who?", "She.", "", "she.")

    assert without_contradictions_and_duplicates([clean, clean, disputed]) == (clean,)


def after(pairs: list[TrainingPair], lineage: Lineage, seed: int = 42) -> Split:
    """The split of pairs, whose passages are near-duplicates where their texts are equal."""
    everything = [*pairs, *lineage.pairs]
    known: dict[str, int] = {}
    groups = [known.setdefault(each.passage, len(known)) for each in everything]
    return split(pairs, groups, seed, lineage=lineage)


def test_what_made_the_model_is_not_held_out_again() -> None:
    first = numbered(100)
    earlier = split(first, range(100), seed=42)
    made_from = Lineage(
        tuple(first[at] for at in earlier.train), tuple(first[at] for at in earlier.validation)
    )
    pairs = numbered(160)
    leaky = split(pairs, range(160), seed=7)
    assert set(leaky.test) & {*earlier.train, *earlier.validation}  # what is to be prevented

    parted = after(pairs, made_from, seed=7)

    assert set(parted.train) >= set(earlier.train)
    assert not set(parted.test) & {*earlier.train, *earlier.validation}
    assert [len(side) for side in sides(parted)] == [112, 16, 32]
    assert set(earlier.validation) & set(parted.validation)  # by which it may be chosen again
    assert parted.by == "document" and "tuned before: 80 pairs share a document" in parted.note


def test_one_question_passage_or_document_in_common_is_enough() -> None:
    made_from = Lineage(
        (pair("Q0 ", "other", "elsewhere"), pair("else", "p1"), pair("what", "new", "d2"))
    )

    pairs = numbered(60)
    for seed in range(20):
        parted = after(pairs, made_from, seed=seed)
        assert {0, 1, 2} <= set(parted.train) and len(parted.test) == 12
    assert "tuned before: 3 pairs" in parted.note


def test_where_every_document_taught_the_model_pairs_are_parted_by_passage() -> None:
    made_from = Lineage(tuple(pair(f"old q{at}", f"old p{at}", f"d{at}") for at in range(25)))
    pairs = [pair(f"q{at}", f"p{at}", f"d{at % 30}") for at in range(100)]

    parted = after(pairs, made_from)

    assert parted.by == "passage" and "30 independent groups of documents 5 had" in parted.note
    assert len(parted.test) == 20


def test_nothing_is_held_out_where_everything_taught_the_model() -> None:
    pairs = numbered(40)

    parted = after(pairs, Lineage(tuple(pairs)))

    assert sides(parted) == [set(range(40)), set(), set()]


def test_a_past_that_is_not_known_is_said() -> None:
    assert "not known here" in after(numbered(40), Lineage(lost=True)).note
