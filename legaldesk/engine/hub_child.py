"""The process that fetches a model: the only one that goes online, and only when asked.

It gets one request over its standard input, the token with it, and ends with that input. It
uses the hub's own client. That client begins a cut download anew when it is started again
(huggingface_hub 2.4 names its partial files at random and deletes them), so the partial files
are kept here, by the content they are to have, and the client's ``http_get`` goes on with them.
"""

from __future__ import annotations

import collections
import hashlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import msgspec

from legaldesk import __version__
from legaldesk.core.errors import LegalDeskError, ModelProblem, NoRoom
from legaldesk.engine.child_streams import end_with_parent, private_stdout
from legaldesk.engine.hub import FILES, PUBLIC_HUB, FetchReply, FetchRequest
from legaldesk.engine.hub_errors import explain
from legaldesk.engine.model_files import (
    MAX_SETTINGS,
    MODULES,
    is_weights,
    module_folders,
    needed,
    refuse_no_weights,
    refuse_other_weights,
    refuse_programs,
)
from legaldesk.engine.profile import private_by_default
from legaldesk.engine.system import limit_this_process
from legaldesk.engine.wire import MAX_HEADER, read_raw_frame, write_frame

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ModelInfo

MEMORY = 4 << 30
"""Bytes of address space."""

PIECE = 1 << 20
"""Bytes written at a time: what a kill may lose, and how often progress is heard of."""

SPARE = 64 << 20
BEAT = 0.2
"""Seconds between two words about progress."""

TIMEOUT = 30.0
CONVERTER = "SFconvertbot"
CONVERSION = "Adding `safetensors` variant of this model"
"""The hub's own robot offers safe weights for models without, as an open pull request."""

_WINDOW = 5.0

Say = Callable[[FetchReply], None]


def main() -> int:
    """Serve one request. Returns the exit status."""
    private_by_default()
    limit_this_process(MEMORY)
    replies = private_stdout()
    frame = read_raw_frame(sys.stdin.buffer, MAX_HEADER)
    if frame is None:
        return 0
    request = msgspec.json.decode(frame[0], type=FetchRequest)
    threading.Thread(target=end_with_parent, daemon=True).start()

    one_at_a_time = threading.Lock()

    def say(reply: FetchReply) -> None:
        with one_at_a_time:
            write_frame(replies, msgspec.json.encode(reply))

    try:
        say(_Fetch(request, say).run())
    except LegalDeskError as error:
        message, file = error.message, error.file
        if request.repo not in message:
            message = f"“{request.repo}” cannot be used. {message}"
        say(FetchReply("failed", message, error.kind, file))
    return 0


@dataclass(frozen=True, slots=True)
class _File:
    """A file on the hub. ``digest`` is a sha256, or a git blob's sha1 of a small file."""

    name: str
    size: int
    digest: str

    def matches(self, file: Path) -> bool:
        """Whether these bytes are what the hub says they are."""
        if file.stat().st_size != self.size:
            return False
        if len(self.digest) == 64:
            with file.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == self.digest
        content = file.read_bytes()
        blob = b"blob %d\0" % len(content) + content
        return hashlib.sha1(blob, usedforsecurity=False).hexdigest() == self.digest


class _Fetch:
    """One download, from the name to the files."""

    def __init__(self, request: FetchRequest, say: Say) -> None:
        _prepare_client(request)
        from huggingface_hub import HfApi

        self.repo = request.repo
        self.revision = request.revision
        self.token = request.token
        self.folder = Path(request.folder)
        self.endpoint = request.environment.get("HF_ENDPOINT", PUBLIC_HUB).rstrip("/")
        self.api: HfApi = HfApi(endpoint=self.endpoint, token=request.token or False)
        self.meter = _Meter(say)
        self.commit = ""

    def run(self) -> FetchReply:
        """Fetch the needed files, check them, and put them together."""
        try:
            files = self._listing()
            wanted = self._choose(files)
            for file in wanted:
                self._get(file)
            self._put_together(wanted)
        except LegalDeskError:
            raise
        except Exception as error:
            raise explain(error, self.repo, bool(self.token)) from error
        finally:
            self.meter.close()
        total = sum(file.size for file in wanted)
        return FetchReply("done", self.commit, done=total, total=total)

    def _listing(self) -> dict[str, _File]:
        """The files of the revision, or of the robot's offer where that alone has safe weights."""
        files = self._files(self._info(self.revision))
        if self.revision == "main" and MODULES in files and not any(map(is_weights, files)):
            offer = self._conversion()
            if offer:
                return self._files(self._info(offer))
        return files

    def _info(self, revision: str) -> ModelInfo:
        return self.api.model_info(
            self.repo, revision=revision, files_metadata=True, timeout=TIMEOUT
        )

    def _files(self, info: ModelInfo) -> dict[str, _File]:
        self.commit = info.sha or ""
        files = {}
        for sibling in info.siblings or ():
            digest = sibling.lfs.sha256 if sibling.lfs else sibling.blob_id
            size = sibling.lfs.size if sibling.lfs else sibling.size
            if digest and size is not None and digest.isalnum():
                files[sibling.rfilename] = _File(sibling.rfilename, size, digest)
        return files

    def _conversion(self) -> str:
        """The robot's pull request on top of what is there now, or ""."""
        for offer in self.api.get_repo_discussions(
            self.repo, author=CONVERTER, discussion_type="pull_request", discussion_status="open"
        ):
            if offer.author != CONVERTER or offer.title != CONVERSION or not offer.git_reference:
                continue
            commits = self.api.list_repo_commits(self.repo, revision=offer.git_reference)
            if [commit.commit_id for commit in commits[1:2]] == [self.commit]:
                return offer.git_reference
        return ""

    def _choose(self, files: dict[str, _File]) -> list[_File]:
        """The needed files, the small ones fetched; refuses early what would be refused late."""
        if MODULES not in files:
            raise ModelProblem(
                f"“{self.repo}” is not a sentence-transformers model: it has no modules.json. "
                "Choose another model."
            )
        self._get(files[MODULES])
        folders = module_folders(self._done(files[MODULES]))
        wanted = sorted((files[name] for name in needed(files, folders)), key=lambda it: it.size)
        refuse_other_weights(list(files), folders)
        refuse_no_weights(file.name for file in wanted)
        self._refuse_too_large(wanted)
        self.meter.expect(wanted, self._done)
        small = [file for file in wanted if not is_weights(file.name)]
        for file in small:
            self._get(file)
        self._put_together(small, keep=True)
        refuse_programs(self.folder / FILES, [file.name for file in small])
        return wanted

    def _refuse_too_large(self, wanted: Sequence[_File]) -> None:
        for file in wanted:
            if not is_weights(file.name) and file.size > MAX_SETTINGS:
                raise ModelProblem("The file is far too large for what it should hold.", file.name)
        missing = sum(file.size for file in wanted) - sum(
            path.stat().st_size for path in self.folder.iterdir() if path.is_file()
        )
        if missing + SPARE > shutil.disk_usage(self.folder).free:
            raise NoRoom(
                f"“{self.repo}” takes {missing / 1e6:,.0f} MB more, and the disk that holds the "
                "library has less left. Make room and add the model again."
            )

    def _done(self, file: _File) -> Path:
        return self.folder / f"{file.digest}.done"

    def _get(self, file: _File) -> None:
        """Fetch one file, from where an earlier try stopped, and check it."""
        done, part = self._done(file), self.folder / f"{file.digest}.part"
        if done.is_file() and done.stat().st_size == file.size:
            return
        if part.is_file() and part.stat().st_size > file.size:
            part.unlink()
        self._download(file, part)
        if not file.matches(part):
            part.unlink()
            raise ModelProblem(
                f"A file of “{self.repo}” arrived damaged and was deleted. Add the model again; "
                "if it happens twice, the hub or the connection changes files: tell whoever "
                "looks after your network.",
                file.name,
            )
        os.replace(part, done)

    def _download(self, file: _File, part: Path) -> None:
        from huggingface_hub import hf_hub_url
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

        headers = build_hf_headers(
            token=self.token or False, library_name="legaldesk", library_version=__version__
        )
        headers["Accept-Encoding"] = "identity"  # what is packed on the way cannot be gone on with
        url = hf_hub_url(self.repo, file.name, revision=self.commit, endpoint=self.endpoint)
        with part.open("ab") as stream:
            counted = _Counted(stream, self.meter)
            http_get(
                url,
                cast(BinaryIO, counted),
                resume_size=stream.tell(),
                headers=headers,
                expected_size=file.size,
            )
            stream.flush()
            os.fsync(stream.fileno())
        self.meter.finish(file.size)

    def _put_together(self, files: Iterable[_File], keep: bool = False) -> None:
        """Give the fetched contents their names in a folder; ``keep`` them for another time."""
        for file in files:
            target = self.folder / FILES / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            done = self._done(file)
            if keep or not is_weights(file.name):
                shutil.copyfile(done, target)
            elif done.exists():
                os.replace(done, target)


def _prepare_client(request: FetchRequest) -> None:
    """Tell the client how to behave; it reads all of this once, when it is imported."""
    os.environ |= request.environment | {
        "HF_HOME": request.folder,
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    }
    from huggingface_hub import constants

    constants.DOWNLOAD_CHUNK_SIZE = PIECE


class _Counted:
    """A file whose growth is counted; what the client uses of one, and no more."""

    def __init__(self, stream: BinaryIO, meter: _Meter) -> None:
        self._stream = stream
        self._meter = meter

    def write(self, data: bytes) -> int:
        size = self._stream.write(data)
        self._meter.at(self._stream.tell())
        return size

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        return self._stream.truncate(size)


class _Meter:
    """Says how far the download is, a few times a second, and how fast."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._total = 0
        self._finished = 0
        self._position = 0
        self._over = threading.Event()
        self._seen: collections.deque[tuple[float, int]] = collections.deque()

    def expect(self, files: Iterable[_File], done: Callable[[_File], Path]) -> None:
        """Begin to count and to tell: all the files, those that are here already done."""
        files = list(files)
        self._total = sum(file.size for file in files)
        self._finished = sum(file.size for file in files if done(file).is_file())
        threading.Thread(target=self._tell, daemon=True).start()

    def at(self, position: int) -> None:
        """The file that is being fetched is this long by now."""
        self._position = position

    def finish(self, size: int) -> None:
        """A file of this size is complete."""
        self._position = 0
        self._finished += size if self._total else 0

    def close(self) -> None:
        """Tell no more."""
        self._over.set()

    def _tell(self) -> None:
        """A thread of its own: a connection that hangs must be seen to do so."""
        self._say(self._reply())
        while not self._over.wait(BEAT):
            self._say(self._reply())

    def _reply(self) -> FetchReply:
        now, done = time.monotonic(), min(self._finished + self._position, self._total)
        self._seen.append((now, done))
        while self._seen[0][0] < now - _WINDOW:
            self._seen.popleft()
        elapsed, grown = now - self._seen[0][0], done - self._seen[0][1]
        rate = grown / elapsed if elapsed > 0 and grown > 0 else 0.0
        left = (self._total - done) / rate if rate else None
        return FetchReply("progress", done=done, total=self._total, rate=rate, seconds_left=left)
