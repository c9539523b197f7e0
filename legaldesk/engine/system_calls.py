"""libseccomp: which system calls a process may still make once it needs no others.

What is not on the list is refused with "operation not permitted", rather than killing the
process: a library that merely tries something, such as a codec that was not loaded, then
fails in the one file that wanted it, and what is refused is refused either way.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

_PROGRAM_MEMORY = 4
"""PROT_EXEC."""
_PROCESSOR_TIME = 0
"""RLIMIT_CPU."""

_NEEDED = (
    # what is under way
    "read write readv writev close lseek fstat "
    # memory
    "brk munmap mremap madvise "
    # threads that wait for each other
    "futex futex_time64 sched_yield sched_getaffinity gettid getpid set_robust_list rseq "
    # time and chance
    "clock_gettime clock_gettime64 clock_getres clock_nanosleep clock_nanosleep_time64 nanosleep "
    "gettimeofday time getrusage times getrandom "
    # signals of its own
    "rt_sigaction rt_sigprocmask rt_sigreturn sigreturn sigaltstack restart_syscall "
    # the end
    "exit exit_group"
).split()

_TO_READ_FILES = "getdents64 stat newfstatat fstatat64 statx"


def refuse_the_rest(read_files: bool) -> bool:
    """Refuse every thread of this process, for good, all that reading a PDF does not take.

    No network, no programs or processes or threads, no signals, no new program code in
    memory, and no opening of files: with ``read_files`` they may be opened for reading,
    which something else has to confine. False where libseccomp or the kernel cannot do it.
    """
    library = find_library()
    if library is None:
        return False
    try:
        _filter(library, read_files).load()
    except OSError:
        return False
    return True


def find_library() -> Any:
    """libseccomp, or None where it is missing. Looking for it opens files: do it in time."""
    if sys.platform != "linux":
        return None
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):
        return None
    return pyseccomp


def _filter(library: Any, read_files: bool) -> Any:
    made = library.SyscallFilter(library.ERRNO(errno.EPERM))
    made.set_attr(library.Attr.CTL_TSYNC, 1)  # all threads, or none
    for name in _NEEDED:
        _allow(library, made, name)
    for name in ("mmap", "mmap2", "mprotect"):
        _allow(library, made, name, library.Arg(2, library.MASKED_EQ, _PROGRAM_MEMORY, 0))
    for name in ("prlimit64", "ugetrlimit", "setrlimit"):
        place = 1 if name == "prlimit64" else 0
        mine = [library.Arg(0, library.EQ, 0)] if place else []
        _allow(library, made, name, *mine, library.Arg(place, library.EQ, _PROCESSOR_TIME))
    _allow(library, made, "tgkill", library.Arg(0, library.EQ, os.getpid()))
    if read_files:
        changing = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC
        _allow(library, made, "openat", library.Arg(2, library.MASKED_EQ, changing, os.O_RDONLY))
        for name in _TO_READ_FILES.split():
            _allow(library, made, name)
    return made


def _allow(library: Any, made: Any, name: str, *arguments: Any) -> None:
    """Allow a system call, unless this processor has none of that name."""
    number = library.resolve_syscall(library.Arch.NATIVE, name)
    if number >= 0:
        made.add_rule(library.ALLOW, number, *arguments)
