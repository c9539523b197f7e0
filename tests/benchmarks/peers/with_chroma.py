"""Chroma: a persistent client, one collection, its sentence-transformers function."""

from __future__ import annotations

import chromadb
from _pdf import passages
from _stand import DEPTH, Found, run
from chromadb.utils.batch_utils import create_batches
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction


class Chroma:
    def __init__(self, store: str, model: str) -> None:
        self.encode = SentenceTransformerEmbeddingFunction(model_name=model, device="cpu")
        self.client = chromadb.PersistentClient(path=store)
        self.passages = self.client.get_or_create_collection(
            "passages", embedding_function=self.encode
        )

    def warm(self) -> None:
        self.encode(["A text."])
        passages([])

    def add(self, files: list[str]) -> int:
        found = passages(files)
        batches = create_batches(
            self.client,
            ids=[str(number) for number in range(len(found))],
            documents=[one["text"] for one in found],
            metadatas=[{"file": one["file"], "page": one["page"]} for one in found],
        )
        for ids, _, metadatas, documents in batches:
            self.passages.add(ids=ids, metadatas=metadatas, documents=documents)
        return int(self.passages.count())

    def find(self, question: str, file: str | None) -> list[Found]:
        where = {"file": file} if file else None
        found = self.passages.query(query_texts=[question], n_results=DEPTH, where=where)
        rows = zip(found["metadatas"][0], found["documents"][0], strict=True)
        return [(about["file"], [about["page"]], text) for about, text in rows]

    def close(self) -> None:
        pass


if __name__ == "__main__":
    run(Chroma, "chromadb", "sentence-transformers", "pypdf")
