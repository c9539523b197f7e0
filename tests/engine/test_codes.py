"""Codes are a quarter of the vectors, and the nearest are among those that they propose."""

from __future__ import annotations

import numpy as np
import pytest

from legaldesk.engine import codes


def unit_vectors(count, width=384, seed=1):
    rows = np.random.default_rng(seed).standard_normal((count, width), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_nearest_are_among_the_likely():
    rows = unit_vectors(5_000)
    short = codes.codes_of(rows)
    for query in unit_vectors(20, seed=2):
        for places in (np.arange(5_000), np.arange(1, 5_000, 2)):
            nearest = places[np.argsort(-(rows[places] @ query))[:10]]

            likely = short.likely(query, 30, places)

            assert len(likely) == 30 and set(nearest) <= set(likely)


def test_few_places_are_all_likely():
    short = codes.codes_of(unit_vectors(50))

    assert short.likely(unit_vectors(1)[0], 30, np.array([3, 9])).tolist() == [3, 9]


def test_a_vector_of_zeros_has_a_code():
    short = codes.codes_of(np.zeros((1, 8), dtype=np.float32))

    assert short.rows.tolist() == [[0] * 8] and np.isfinite(short.steps).all()


def test_they_come_back_from_a_file_as_they_were(tmp_path):
    short = codes.codes_of(unit_vectors(30, 16))

    size = short.write(tmp_path / "codes")

    back = codes.read(tmp_path / "codes", 16)
    assert (tmp_path / "codes").stat().st_size == size == 30 * (16 + 4)
    assert np.array_equal(back.rows, short.rows) and np.array_equal(back.steps, short.steps)
    with pytest.raises(ValueError, match="cut off"):
        codes.read(tmp_path / "codes", 17)


def test_two_are_joined_in_the_order_of_their_ids():
    rows = unit_vectors(6, 16)
    order = np.array([0, 3, 1, 4, 2, 5])

    both = codes.joined(codes.codes_of(rows[:3]), codes.codes_of(rows[3:]), order)

    assert np.array_equal(both.rows, codes.codes_of(rows[order]).rows)
