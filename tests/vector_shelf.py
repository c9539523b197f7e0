"""Vectors as a store has them, an index over them, and what it must answer."""

from __future__ import annotations

import numpy as np

from legaldesk.engine.vector_index import VectorIndex

WIDTH = 32


class Shelf:
    """A store in memory: vectors by id, and a list of changes."""

    def __init__(self, vectors, key="g1"):
        self.held = {}
        self.changes = []
        self.key = key
        self.add(range(1, len(vectors) + 1), vectors)

    def add(self, ids, vectors):
        for id, vector in zip(ids, vectors, strict=True):
            self.held[id] = np.asarray(vector, dtype=np.float16)
            self.changes.append((len(self.changes) + 1, id, True))

    def remove(self, ids):
        for id in ids:
            del self.held[id]
            self.changes.append((len(self.changes) + 1, id, False))

    def generation_key(self):
        return self.key

    def last_change(self):
        return len(self.changes)

    def changes_after(self, seq):
        return iter(self.changes[seq:])

    def all_ids(self):
        return np.array(sorted(self.held), dtype=np.int64)

    def vectors(self, ids):
        found = [int(id) for id in ids if int(id) in self.held]
        rows = np.array([self.held[id] for id in found], dtype=np.float16)
        return np.array(found, dtype=np.int64), rows.reshape(len(found), -1)

    def nearest(self, query, k, within=None):
        ids = self.all_ids() if within is None else np.intersect1d(self.all_ids(), within)
        rows = self.vectors(ids)[1].astype(np.float32)
        scores = (rows @ query) / np.linalg.norm(rows, axis=1) / np.linalg.norm(query)
        order = np.argsort(-scores, kind="stable")[:k]
        return ids[order].tolist(), scores[order]


def clustered(count, seed=0, width=WIDTH):
    """Unit vectors around 20 centres, as passages lie around topics."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((20, width))
    vectors = centres[random.integers(0, 20, count)] + random.standard_normal((count, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def make_index(folder, **limits):
    """An index that keeps and asks its graph however small the library."""
    return VectorIndex(folder, WIDTH, **{"graph_from": 100, **limits})


def assert_agrees(index, shelf, seed=7):
    for query in clustered(5, seed):
        wanted, scores = shelf.nearest(query, 10)
        found, cosines = index.search(query, 10)
        assert found.tolist() == wanted
        np.testing.assert_allclose(cosines, scores, atol=2e-3)
