"""How late a process is that has nothing to do: what the machine itself adds."""

from __future__ import annotations

import subprocess
import sys

IDLE = """
import sys, threading, time
over, late = threading.Event(), []
threading.Thread(target=lambda: (sys.stdin.read(), over.set())).start()
while not over.is_set():
    due = time.perf_counter() + {beat}
    time.sleep({beat})
    late.append((time.perf_counter() - due) * 1000)
late.sort()
print(f"p99 {{late[int(len(late) * 0.99)]:.1f}} ms, max {{late[-1]:.1f}} ms")
"""


def idle_process(beat: float) -> subprocess.Popen[str]:
    """It sleeps for ``beat`` seconds again and again until its input is closed, and then says how
    late it was.
    """
    command = [sys.executable, "-c", IDLE.format(beat=beat)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
