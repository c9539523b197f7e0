"""LangChain: the pipeline of its tutorial on searching PDFs.

PyPDFLoader, RecursiveCharacterTextSplitter (1,000 characters, 200 of overlap),
HuggingFaceEmbeddings and the in-memory vector store, which is dumped as JSON.
"""

from __future__ import annotations

import os
from typing import Any

from _pdf import OVERLAP, SIZE
from _stand import DEPTH, Found, run
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_huggingface import HuggingFaceEmbeddings


class LangChain:
    def __init__(self, store: str, model: str) -> None:
        self.file = os.path.join(store, "store.json")
        self.encode = HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})
        if os.path.exists(self.file):
            self.store = InMemoryVectorStore.load(self.file, self.encode)
        else:
            self.store = InMemoryVectorStore(self.encode)

    def warm(self) -> None:
        from langchain_community.document_loaders import PyPDFLoader
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        self.encode.embed_query("A text.")
        self.loader = PyPDFLoader
        self.splitter = RecursiveCharacterTextSplitter(
            chunk_size=SIZE, chunk_overlap=OVERLAP, add_start_index=True
        )

    def add(self, files: list[str]) -> int:
        pages = [page for file in files for page in self.loader(file).load()]
        stored = self.store.add_documents(self.splitter.split_documents(pages))
        self.store.dump(self.file)
        return len(stored)

    def find(self, question: str, file: str | None) -> list[Found]:
        def chosen(document: Any) -> bool:
            return bool(os.path.basename(document.metadata["source"]) == file)

        found = self.store.similarity_search(question, DEPTH, filter=chosen if file else None)
        return [
            (os.path.basename(one.metadata["source"]), [one.metadata["page"] + 1], one.page_content)
            for one in found
        ]

    def close(self) -> None:
        pass


if __name__ == "__main__":
    run(
        LangChain,
        "langchain-core",
        "langchain-community",
        "langchain-huggingface",
        "langchain-text-splitters",
        "sentence-transformers",
        "pypdf",
    )
