"""A hub on this machine: enough of its protocol for the real client, and ways to misbehave.

Safe weights and tokenizers are "large files" as on the hub: they are answered with a redirect
to another host (the same server under another name), where a token must never be sent.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

MAIN = "a" * 40
OFFER = "b" * 40
ROBOT = "SFconvertbot"


class Request(NamedTuple):
    """What was asked of the server."""

    method: str
    path: str
    range: str
    token: str
    host: str


@dataclass
class Repo:
    """A model on the hub. ``files`` of its main branch; ``offer`` adds to them in the robot's PR.

    ``cut`` says after how many bytes to cut the connection, once for each number; ``stall``
    after how many to wait until the server closes. ``corrupt`` and ``missing`` name files.
    """

    files: dict[str, bytes]
    gated: bool = False
    members: set[str] = field(default_factory=set)
    offer: dict[str, bytes] = field(default_factory=dict)
    offered_by: str = ROBOT
    cut: dict[str, list[int]] = field(default_factory=dict)
    stall: dict[str, int] = field(default_factory=dict)
    corrupt: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, folder: Path, **more) -> Repo:
        """A repo with a folder's files."""
        files = (file for file in folder.rglob("*") if file.is_file())
        return cls(
            {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}, **more
        )

    def at(self, revision: str) -> dict[str, bytes] | None:
        """The files of a branch or commit."""
        if revision in ("main", MAIN):
            return self.files
        return self.files | self.offer if self.offer and revision in ("refs/pr/7", OFFER) else None


def is_large(name: str) -> bool:
    return name.endswith((".safetensors", "tokenizer.json", ".bin"))


class HubServer:
    """Serves ``repos`` on 127.0.0.1 until closed and remembers what it was asked."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.users: set[str] = set()
        self.broken = 0
        self.requests: list[Request] = []
        self.closing = threading.Event()
        hub = self

        class Handler(_Handler):
            server_of_tests = hub

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self.elsewhere = f"http://localhost:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def fetched(self, name: str) -> list[Request]:
        """The requests that asked for a file's content."""
        return [
            request
            for request in self.requests
            if request.method == "GET" and request.path.endswith(f"/{name}")
        ]


@contextmanager
def hub_on_this_machine(monkeypatch) -> Iterator[HubServer]:
    """A hub that the client asks instead of the real one, without a proxy between them."""
    started = HubServer()
    monkeypatch.setenv("HF_ENDPOINT", started.url)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    try:
        yield started
    finally:
        started.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of_tests: HubServer

    def log_message(self, *_) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub = self.server_of_tests
        path = unquote(urlsplit(self.path).path)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        hub.requests.append(
            Request(self.command, path, self.headers.get("Range", ""), token, self.headers["Host"])
        )
        if hub.broken:
            self._refuse(hub.broken, "")
        elif token and token not in hub.users and "cdn" not in path:
            self._refuse(401, "", "Invalid credentials in Authorization header")
        elif path.startswith("/cdn/"):
            _, _, owner, name, revision, file = path.split("/", 5)
            self._send_file(f"{owner}/{name}", revision.replace(":", "/"), file)
        elif path.startswith("/api/models/"):
            self._api(path.removeprefix("/api/models/"))
        else:
            self._resolve(path, token)

    def _api(self, path: str) -> None:
        owner, name, *rest = path.split("/", 3)
        repo = self.server_of_tests.repos.get(f"{owner}/{name}")
        if repo is None:
            return self._refuse(401, "RepoNotFound", "Invalid username or password.")
        kind, revision = (
            (rest[0], rest[1] if len(rest) > 1 else "main") if rest else ("revision", "main")
        )
        if kind == "discussions":
            return self._json(
                _discussions(repo, f"{owner}/{name}", parse_qs(urlsplit(self.path).query))
            )
        files = repo.at(revision)
        if files is None:
            return self._refuse(404, "RevisionNotFound")
        commits = [MAIN] if files is repo.files else [OFFER, MAIN]
        if kind == "commits":
            return self._json([_commit(commit) for commit in commits])
        if kind == "tree":
            return self._json([_leaf(file, data) for file, data in files.items()])
        return self._json(_info(repo, f"{owner}/{name}", commits[0], files))

    def _resolve(self, path: str, token: str) -> None:
        owner, name, _, rest = path.removeprefix("/").split("/", 3)
        repo = self.server_of_tests.repos.get(f"{owner}/{name}")
        if repo is None:
            return self._refuse(401, "RepoNotFound")
        revision = next(
            (known for known in ("refs/pr/7", "main", MAIN, OFFER) if rest.startswith(f"{known}/")),
            "",
        )
        file = rest.removeprefix(f"{revision}/")
        files = repo.at(revision)
        if files is None:
            return self._refuse(404, "RevisionNotFound")
        if repo.gated and token not in repo.members:
            return self._refuse(403 if token else 401, "GatedRepo", "Access is restricted.")
        if file not in files or file in repo.missing:
            return self._refuse(404, "EntryNotFound")
        if not is_large(file):
            return self._send_file(f"{owner}/{name}", revision, file)
        safe = revision.replace("/", ":")
        self.send_response(302)
        self.send_header(
            "Location", f"{self.server_of_tests.elsewhere}/cdn/{owner}/{name}/{safe}/{file}"
        )
        self.send_header("X-Repo-Commit", MAIN)
        self.send_header("X-Linked-Etag", f'"{hashlib.sha256(files[file]).hexdigest()}"')
        self.send_header("X-Linked-Size", str(len(files[file])))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_file(self, name: str, revision: str, file: str) -> None:
        repo = self.server_of_tests.repos[name]
        data = repo.at(revision)[file]
        if file in repo.corrupt:
            data = data[:-1] + bytes([data[-1] ^ 1])
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", MAIN)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if self.command == "GET":
            self._send(repo, file, data[start:])

    def _send(self, repo: Repo, file: str, data: bytes) -> None:
        if repo.cut.get(file):
            self.wfile.write(data[: repo.cut[file].pop(0)])
            self.close_connection = True
        elif file in repo.stall:
            self.wfile.write(data[: repo.stall[file]])
            self.wfile.flush()
            self.server_of_tests.closing.wait()
            self.close_connection = True
        else:
            self.wfile.write(data)

    def _json(self, content: object) -> None:
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _refuse(self, status: int, code: str, message: str = "") -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        if message:
            self.send_header("X-Error-Message", message)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _info(repo: Repo, name: str, commit: str, files: dict[str, bytes]) -> dict[str, object]:
    return {
        "id": name,
        "sha": commit,
        "siblings": [_sibling(file, data) for file, data in files.items()],
        "private": False,
        "gated": "manual" if repo.gated else False,
        "tags": [],
        "downloads": 0,
        "likes": 0,
    }


def _sibling(name: str, data: bytes) -> dict[str, object]:
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    listed: dict[str, object] = {"rfilename": name, "size": len(data), "blobId": blob}
    if is_large(name):
        sha256 = hashlib.sha256(data).hexdigest()
        listed["lfs"] = {"size": len(data), "sha256": sha256, "pointerSize": 134}
    return listed


def _leaf(name: str, data: bytes) -> dict[str, object]:
    listed = _sibling(name, data)
    leaf = {"type": "file", "path": name, "size": len(data), "oid": listed["blobId"]}
    if is_large(name):
        leaf["lfs"] = {"oid": listed["lfs"]["sha256"], "size": len(data), "pointerSize": 134}
    return leaf


def _commit(commit: str) -> dict[str, object]:
    return {
        "id": commit,
        "title": "",
        "message": "",
        "authors": [],
        "date": "2026-01-01T00:00:00.000Z",
    }


def _discussions(repo: Repo, name: str, asked: dict[str, list[str]]) -> dict[str, object]:
    offered = repo.offer and repo.offered_by in asked.get("author", [repo.offered_by])
    one = {
        "num": 7, "title": "Adding `safetensors` variant of this model", "status": "open",
        "author": {"name": repo.offered_by}, "createdAt": "2026-01-01T00:00:00.000Z",
        "isPullRequest": True, "repo": {"name": name, "type": "model"},
    }  # fmt: skip
    listed = [one] if offered else []
    return {"count": len(listed), "start": 0, "discussions": listed}
