"""The box that the parser process shuts itself into before it looks at the first file.

On Linux three things hold it, each on its own: limits on memory, processor time, files and
processes; Landlock, which leaves no file but the system's fonts, to be read; and a list of
system calls without network, programs, processes and writing. Fonts are left because PDFium
opens them only when a page names one that it does not carry, and draws another page without
them. Where the kernel has no Landlock no file can be opened at all, fonts included.

Not promised: that a process in the box cannot keep the processor or its memory busy up to
its limits, cannot see whether a file of some name is there, or cannot lie about the file it
was given, so its parent times it and trusts nothing that it says. Below "sealed", a parser
that was taken over can read and send what its user can; so it can where the kernel itself
is at fault, or an administrator is hostile. Windows and macOS get no further than "limited".
"""

from __future__ import annotations

from collections.abc import Callable

from legaldesk.core.confinement import Confinement
from legaldesk.engine.job_object import confine_this_process
from legaldesk.engine.landlock import leave_nothing_but, refuse_new_privileges
from legaldesk.engine.system import limit_this_process, stop_growing
from legaldesk.engine.system_calls import find_library, refuse_the_rest

FONTS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/X11/fonts/Type1",
    "/usr/share/X11/fonts/TTF",
)
"""Where PDFium looks on Linux."""


def close_box(memory_bytes: int, begin: Callable[[], object] | None = None) -> Confinement:
    """Confine this process for good and return the level reached.

    ``begin`` starts the threads that are to live in the box; later ones cannot be started.
    Everything that is to be loaded must have been.
    """
    capped = limit_this_process(memory_bytes) == "rlimits" or confine_this_process(memory_bytes)
    find_library()
    refuse_new_privileges()
    fonts_alone = leave_nothing_but(FONTS)
    if begin is not None:
        begin()
    stop_growing()
    if refuse_the_rest(read_files=fonts_alone) and capped:
        return "sealed"
    return "limited" if capped else "plain"
