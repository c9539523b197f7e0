"""Near-duplicates share a group; chance joins nothing."""

from legaldesk.engine.near_duplicates import near_duplicate_groups, near_repeats

CLAUSE = (
    "The tenant shall pay the rent on the first day of each month without any deduction or "
    "set-off, to the account that the landlord has named in writing, and shall bear all costs "
    "of late payment, including interest at eight percent above the base rate."
)


def test_equal_and_nearly_equal_texts_share_a_group() -> None:
    groups = near_duplicate_groups(
        [CLAUSE, CLAUSE.upper(), CLAUSE.replace("eight", "nine"), "Something else entirely."]
    )

    assert groups == [0, 0, 0, 1]


def test_texts_about_the_same_thing_do_not() -> None:
    other = "The tenant shall pay the rent monthly, and the landlord names the account for it."

    assert near_duplicate_groups([CLAUSE, other, ""]) == [0, 1, 2]


def test_short_texts_are_alike_only_when_equal() -> None:
    assert near_duplicate_groups(["Art. 5", "Art. 6", "art.  5"]) == [0, 1, 0]


def test_repeats_of_an_answer_are_found_among_many_texts() -> None:
    other = "The tenant shall pay the rent monthly, and the landlord names the account for it."
    texts = [other, CLAUSE.replace("eight", "nine"), "", CLAUSE.upper(), "Art.  5", "Art. 6"]

    found = list(near_repeats([CLAUSE, "Art. 5", other], texts))

    assert found == [[2], [0], [], [0], [1], []]


def test_a_repeat_of_a_repeat_is_not_one() -> None:
    words = [f"word{number}" for number in range(40)]
    first, second, third = (" ".join(words[at : at + 30]) for at in (0, 2, 4))

    assert near_duplicate_groups([first, second, third]) == [0, 0, 0]
    assert list(near_repeats([first], [second, third])) == [[0], []]
