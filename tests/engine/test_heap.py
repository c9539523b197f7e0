"""Memory that is freed stays at hand while it is wanted, and is given back after."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

WORK = """
import json, resource, sys
import numpy as np
from legaldesk.engine.heap import give_back_what_is_free, keep_what_is_freed

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

if sys.argv[1] == "keep":
    keep_what_is_freed()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    several = [np.ones(1 << 20) for _ in range(8)]  # 8 MB each
    del several
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
kept = resident()
give_back_what_is_free()
print(json.dumps([faults, kept - resident()]))
"""


def faults_and_given_back(how: str) -> tuple[int, int]:
    """Pages that a process fetched for its arrays, and the bytes that it gave back at the end."""
    command = [sys.executable, "-c", WORK, how]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found[0], found[1]


@pytest.mark.skipif(sys.platform != "linux", reason="the heap of Linux")
def test_freed_memory_is_not_fetched_again_and_is_given_back_in_the_end() -> None:
    kept, given_back = faults_and_given_back("keep")
    fetched, _ = faults_and_given_back("leave")

    assert kept < fetched / 4
    assert given_back > 40 << 20
