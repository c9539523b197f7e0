"""Job Objects: how Windows holds a process to a limit on memory and to having no children.

Written from Microsoft's reference and not yet run on Windows. A process cannot leave its
job, and the job does not outlive it.
"""

from __future__ import annotations

import ctypes

_EXTENDED_LIMITS = 9
_ACTIVE_PROCESSES, _PROCESS_MEMORY, _DIE_ON_ERROR, _KILL_ON_CLOSE = 0x8, 0x100, 0x400, 0x2000


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _Limits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("most_process_memory_used", ctypes.c_size_t),
        ("most_job_memory_used", ctypes.c_size_t),
    )


def confine_this_process(memory_bytes: int) -> bool:
    """Cap this process's memory and let it start no other; False where that cannot be had.

    The handle of the job is kept open on purpose: it closes with the process.
    """
    load = getattr(ctypes, "WinDLL", None)
    if load is None:
        return False
    kernel = load("kernel32")
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    limits = _Limits()
    limits.basic.flags = _ACTIVE_PROCESSES | _PROCESS_MEMORY | _DIE_ON_ERROR | _KILL_ON_CLOSE
    limits.basic.active_processes = 1
    limits.process_memory = memory_bytes
    size = ctypes.c_uint32(ctypes.sizeof(limits))
    if not kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size):
        return False
    return bool(kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess())))
