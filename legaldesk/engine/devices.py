"""What this computer can compute on, and which of it is used. Imports torch when asked."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from legaldesk.core.errors import WrongUse
from legaldesk.core.models import Device, DeviceReport
from legaldesk.engine.offline import stay_offline

_INDEX = "https://download.pytorch.org/whl"
_NEW_CUDA, _NEW_DRIVER, _NEW_CARD = "cu130", 580, (7, 5)
"""torch's stable CUDA build, the driver it needs and the oldest cards that it computes on."""
_OLD_CUDA = "cu126"
"""The build for older drivers and cards."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is beside torch: ``total`` and ``free`` memory in bytes.

    ``graphics`` names an NVIDIA card that the system sees, or is ""; ``driver`` is the major
    version of its driver, 0 when it cannot be told.
    """

    system: str
    processor: str
    title: str
    total: int
    free: int
    graphics: str = ""
    driver: int = 0


def this_machine() -> Machine:
    """The computer that this runs on; takes up to a second where there is an NVIDIA card."""
    import psutil  # it imports POSIX modules of its own

    memory = psutil.virtual_memory()
    graphics, driver = _nvidia()
    return Machine(
        system=platform.system(),
        processor=platform.machine(),
        title=processor_title(),
        total=int(memory.total),
        free=int(memory.available),
        graphics=graphics,
        driver=driver,
    )


def choose_device(wanted: str, present: Sequence[str]) -> str:
    """The device to compute on, out of those present such as ("cuda:0", "mps", "cpu").

    "auto" takes the first of cuda, mps and cpu that is there; "cuda" means any of them.
    Raises WrongUse when what is wanted is not there.
    """
    kinds = ("cuda", "mps", "cpu") if wanted == "auto" else (wanted,)
    for kind in kinds:
        for device in present:
            if device == kind or device.partition(":")[0] == kind:
                return device
    raise WrongUse(f"This computer has no device {wanted!r}; it has {', '.join(present)}.")


def is_processor(wanted: str) -> bool:
    """Whether what is wanted is the processor for certain; torch is not imported to tell.

    False where there may be a graphics card that can be used.
    """
    if wanted != "auto":
        return wanted == "cpu"
    if torch_version().endswith("+cpu") and platform.system() != "Darwin":
        return True
    return _no_card(platform.system(), platform.machine(), _nvidia()[0])


def usable_devices(torch: Any = None) -> list[str]:
    """The names of the devices that this installation's torch can compute on."""
    torch = torch or _torch()
    cuda = [f"cuda:{n}" for n in range(_cards(torch)) if _has_kernels(torch, n)]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return [*cuda, *mps, "cpu"]


def report_devices(
    wanted: str = "auto",
    torch: Any = None,
    machine: Machine | None = None,
    chosen_precision: Callable[[str], str] = lambda title: "",
) -> DeviceReport:
    """The devices with their free memory, and a note about a card that cannot be used.

    torch is imported only where there may be a card. A wish that cannot be met falls back to
    the processor, and the note says so. ``chosen_precision`` tells what the micro-benchmark
    chose for a device of this title.
    """
    machine = machine or this_machine()
    if torch is None and not _no_card(machine.system, machine.processor, machine.graphics):
        torch = _torch()
    names = ["cpu"] if torch is None else usable_devices(torch)
    devices = []
    for name in names:
        title, free, total = _details(torch, machine, name)
        devices.append(Device(name, title, free, total, chosen_precision(title)))
    note = "" if torch is None else _unusable(torch, machine, names)
    try:
        chosen = choose_device(wanted, names)
    except WrongUse as missing:
        chosen, note = "cpu", note or missing.message
    return DeviceReport(wanted, chosen, tuple(devices), note)


def device_title(name: str, torch: Any = None) -> str:
    """The product's name, such as "NVIDIA H100 80GB HBM3"."""
    if name == "cpu":
        return processor_title()
    if name == "mps":
        return f"Apple graphics ({processor_title()})"
    return str((torch or _torch()).cuda.get_device_name(_number(name)))


def processor_title() -> str:
    """The processor's name and how many cores it has, such as "AMD EPYC (2 cores)"."""
    name = platform.processor() or platform.machine() or "Processor"
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("utf-8"))
        name = found[1].strip() if found else name
    except OSError:
        pass
    return f"{name} ({os.cpu_count() or 1} cores)"


def _no_card(system: str, processor: str, graphics: str) -> bool:
    """Whether there is no graphics card that this torch might use; it is not imported to tell."""
    if system == "Darwin":
        return processor != "arm64"
    other_cards = any(maker in torch_version() for maker in ("rocm", "xpu"))
    return not graphics and not other_cards


def _torch() -> Any:
    stay_offline()
    import torch

    return torch


def _number(name: str) -> int:
    return int(name.partition(":")[2] or 0)


def _cards(torch: Any) -> int:
    return int(torch.cuda.device_count()) if torch.cuda.is_available() else 0


def _has_kernels(torch: Any, number: int) -> bool:
    """Whether this build was compiled for the card, or for one that it can stand in for."""
    built = [str(name) for name in torch.cuda.get_arch_list()]
    if torch.version.cuda is None or not built:  # AMD's cards have other names
        return True
    major, minor = torch.cuda.get_device_capability(number)
    for name in built:
        found = re.fullmatch(r"(sm|compute)_(\d+)(\d)[af]?", name)
        if not found:
            continue
        known = int(found[2]), int(found[3])
        same_family = known[0] == major if found[1] == "sm" else True
        if same_family and known <= (major, minor):
            return True
    return False


def _details(torch: Any, machine: Machine, name: str) -> tuple[str, int, int]:
    """Title, free and total memory in bytes; an Apple GPU shares the computer's."""
    if name == "cpu":
        return machine.title, machine.free, machine.total
    if name == "mps":
        return f"Apple graphics ({machine.title})", machine.free, machine.total
    free, total = torch.cuda.mem_get_info(_number(name))
    return device_title(name, torch), int(free), int(total)


def _unusable(torch: Any, machine: Machine, names: Sequence[str]) -> str:
    """What to do about a graphics card that is there and cannot be used, or ""."""
    if machine.system == "Darwin" and machine.processor == "arm64" and "mps" not in names:
        return (
            "This Mac's graphics cannot be used by the installed PyTorch. To use it, run: "
            + _pip("torch")
        )
    if any(name.startswith("cuda") for name in names):
        return ""
    too_old = [n for n in range(_cards(torch)) if not _has_kernels(torch, n)]
    if not machine.graphics and not too_old:
        return ""
    card = machine.graphics or device_title(f"cuda:{too_old[0]}", torch)
    old_card = any(torch.cuda.get_device_capability(n) < _NEW_CARD for n in too_old)
    old_driver = 0 < machine.driver < _NEW_DRIVER
    build = _OLD_CUDA if old_card or old_driver else _NEW_CUDA
    note = f"The graphics card {card} cannot be used by the installed PyTorch"
    if torch.version.cuda is not None and not too_old:
        note += " with its driver. Update the driver, or run: "
    else:
        note += ". To use it, close LegalDesk and run: "
    release = str(torch.__version__).partition("+")[0]
    return note + _pip(f"torch=={release}+{build}", f"{_INDEX}/{build}")


def _pip(what: str, index: str = "") -> str:
    """The command that installs something into this very Python."""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    if not index:
        return f"{python} -m pip install --upgrade --force-reinstall {what}"
    return f"{python} -m pip install {what} --index-url {index}"


def torch_version() -> str:
    """The installed torch with its build, such as "2.13.0+cpu", without importing it."""
    return version("torch")


@cache
def _nvidia() -> tuple[str, int]:
    """The first NVIDIA card that the system sees and its driver's major version."""
    program = shutil.which("nvidia-smi")
    asked = "--query-gpu=name,driver_version"
    if program:
        try:
            done = subprocess.run(
                [program, asked, "--format=csv,noheader"],
                capture_output=True,
                text=True,
                timeout=10,
                check=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            name, _, driver = done.stdout.partition("\n")[0].rpartition(",")
            return name.strip() or "by NVIDIA", _major(driver)
        except (OSError, subprocess.SubprocessError):
            pass
    return _nvidia_driver()


def _nvidia_driver() -> tuple[str, int]:
    """The same from what the driver itself leaves to be found on Linux and Windows."""
    try:
        said = Path("/proc/driver/nvidia/version").read_text("utf-8")
        found = re.search(r"Kernel Module.*?\s(\d+)\.\d", said)
        return "by NVIDIA", int(found[1]) if found else 0
    except OSError:
        library = Path(os.environ.get("SYSTEMROOT", "")) / "System32" / "nvcuda.dll"
        return ("by NVIDIA" if os.name == "nt" and library.is_file() else ""), 0


def _major(driver: str) -> int:
    number = driver.strip().partition(".")[0]
    return int(number) if number.isdecimal() else 0
