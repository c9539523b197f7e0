"""Which device is used, and what is said of a graphics card that cannot be."""

from types import SimpleNamespace

import pytest

from legaldesk.core.errors import WrongUse
from legaldesk.engine import devices
from legaldesk.engine.devices import (
    Machine,
    choose_device,
    device_title,
    report_devices,
    this_machine,
    usable_devices,
)

GIGABYTE = 10**9
PLAIN = Machine("Linux", "x86_64", "AMD EPYC (2 cores)", 16 * GIGABYTE, 9 * GIGABYTE)
ALL_KERNELS = ("sm_75", "sm_80", "sm_90", "compute_90")


class FakeTorch:
    """As much of torch as tells of devices: cards by (title, capability, free, total)."""

    def __init__(self, cards=(), cuda=None, mps=False, kernels=ALL_KERNELS, works=True):
        self.__version__ = f"2.13.0+{'cpu' if cuda is None else 'cu' + cuda.replace('.', '')}"
        self.version = SimpleNamespace(cuda=cuda)
        self.backends = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps))
        self.cuda = SimpleNamespace(
            is_available=lambda: bool(cards) and works,
            device_count=lambda: len(cards),
            get_arch_list=lambda: list(kernels),
            get_device_name=lambda number: cards[number][0],
            get_device_capability=lambda number: cards[number][1],
            mem_get_info=lambda number: cards[number][2:],
        )


H100 = ("NVIDIA H100", (9, 0), 70 * GIGABYTE, 80 * GIGABYTE)
A4000 = ("NVIDIA RTX A4000", (8, 6), 12 * GIGABYTE, 16 * GIGABYTE)
GTX_1080 = ("NVIDIA GTX 1080", (6, 1), 6 * GIGABYTE, 8 * GIGABYTE)


@pytest.mark.parametrize(
    ("wanted", "present", "chosen"),
    [
        ("auto", ["cpu"], "cpu"),
        ("auto", ["mps", "cpu"], "mps"),
        ("auto", ["cpu", "mps", "cuda:0", "cuda:1"], "cuda:0"),
        ("cuda", ["cuda:0", "cpu"], "cuda:0"),
        ("cuda:1", ["cuda:0", "cuda:1", "cpu"], "cuda:1"),
        ("cpu", ["cuda:0", "cpu"], "cpu"),
    ],
)
def test_the_device_is_the_one_wanted_or_the_fastest(wanted, present, chosen):
    assert choose_device(wanted, present) == chosen


def test_a_device_that_is_not_there_is_said():
    with pytest.raises(WrongUse, match="cuda"):
        choose_device("cuda", ["cpu"])


def test_a_plain_computer_has_its_processor_with_its_memory():
    report = report_devices("auto", FakeTorch(), PLAIN)

    (cpu,) = report.devices
    assert (report.chosen, report.note) == ("cpu", "")
    assert (cpu.name, cpu.title, cpu.free, cpu.total) == (
        "cpu",
        "AMD EPYC (2 cores)",
        9 * GIGABYTE,
        16 * GIGABYTE,
    )


def test_every_card_is_listed_with_its_free_memory():
    report = report_devices("auto", FakeTorch([H100, A4000], "13.0"), PLAIN)

    assert [(d.name, d.title, d.free, d.total) for d in report.devices[:2]] == [
        ("cuda:0", "NVIDIA H100", 70 * GIGABYTE, 80 * GIGABYTE),
        ("cuda:1", "NVIDIA RTX A4000", 12 * GIGABYTE, 16 * GIGABYTE),
    ]
    assert (report.chosen, report.note) == ("cuda:0", "")


def test_a_mac_shares_its_memory_with_its_graphics():
    machine = Machine("Darwin", "arm64", "Apple M3 (8 cores)", 24 * GIGABYTE, 8 * GIGABYTE)

    report = report_devices("auto", FakeTorch(mps=True), machine)

    assert (report.chosen, report.note) == ("mps", "")
    assert report.devices[0].free == 8 * GIGABYTE


def test_what_the_trial_chose_is_shown():
    report = report_devices("auto", FakeTorch(), PLAIN, {PLAIN.title: "bf16"}.get)

    assert report.devices[0].precision == "bf16"


def with_card(driver=580, system="Windows"):
    return Machine(system, "AMD64", "Intel (8 cores)", 1, 1, "NVIDIA RTX A4000", driver)


@pytest.mark.parametrize(
    ("torch", "machine", "build"),
    [
        (FakeTorch(), with_card(driver=591), "cu130"),
        (FakeTorch(), with_card(driver=0), "cu130"),
        (FakeTorch(), with_card(driver=535), "cu126"),
        (FakeTorch([A4000], "13.0", works=False), with_card(driver=550), "cu126"),
        (FakeTorch([GTX_1080], "13.0"), PLAIN, "cu126"),
    ],
)
def test_a_card_that_torch_cannot_use_is_said_with_the_command(torch, machine, build):
    report = report_devices("auto", torch, machine)

    assert report.chosen == "cpu"
    assert "NVIDIA" in report.note
    assert f"-m pip install torch==2.13.0+{build} --index-url" in report.note
    assert report.note.endswith(f"/whl/{build}")


def test_a_driver_that_is_too_old_is_said():
    torch = FakeTorch([A4000], "13.0", works=False)

    assert "Update the driver" in report_devices("auto", torch, with_card(driver=550)).note


def test_a_mac_whose_torch_has_no_graphics_is_said():
    machine = Machine("Darwin", "arm64", "Apple M3 (8 cores)", 1, 1)

    report = report_devices("auto", FakeTorch(), machine)

    assert "-m pip install --upgrade --force-reinstall torch" in report.note


def test_an_old_card_is_passed_over_for_one_that_can_be_used():
    torch = FakeTorch([GTX_1080, A4000], "13.0")

    assert usable_devices(torch) == ["cuda:1", "cpu"]
    assert report_devices("auto", torch, PLAIN).note == ""


def test_a_newer_card_runs_what_can_be_compiled_for_it():
    newer = ("NVIDIA B300", (10, 3), 1, 1)

    assert usable_devices(FakeTorch([newer], "13.0")) == ["cuda:0", "cpu"]
    assert usable_devices(FakeTorch([newer], "13.0", kernels=["sm_90"])) == ["cpu"]


def test_a_wish_that_cannot_be_met_falls_back_to_the_processor():
    report = report_devices("cuda", FakeTorch(), PLAIN)

    assert (report.wanted, report.chosen) == ("cuda", "cpu")
    assert "no device 'cuda'" in report.note


def test_this_computer_is_told_of():
    machine, report = this_machine(), report_devices("cpu")

    assert 0 < machine.free <= machine.total
    assert report.chosen == "cpu"
    assert report.devices[-1].title == machine.title == device_title("cpu")


BUILDS = [
    ("2.13.0+cpu", "Linux", "", True),
    ("2.13.0+cpu", "Linux", "NVIDIA T4", True),
    ("2.13.0+cu130", "Linux", "", True),
    ("2.13.0+cu130", "Windows", "NVIDIA T4", False),
    ("2.13.0+rocm7.0", "Linux", "", False),
    ("2.13.0", "Darwin", "", False),
]


@pytest.mark.parametrize(("build", "system", "card", "alone"), BUILDS)
def test_the_processor_is_known_to_be_all_there_is_without_torch(
    monkeypatch, build, system, card, alone
):
    monkeypatch.setattr(devices, "torch_version", lambda: build)
    monkeypatch.setattr(devices, "_nvidia", lambda: (card, 580 if card else 0))
    monkeypatch.setattr(devices.platform, "system", lambda: system)
    monkeypatch.setattr(devices.platform, "machine", lambda: "arm64")

    assert devices.is_processor("auto") is alone
    assert devices.is_processor("cpu")
    assert not devices.is_processor("cuda")
