"""LegalDesk: find the passage that answers a legal question in your own documents."""

from pathlib import Path

__version__ = "0.1.0"


def _resources() -> Path:
    """The folder of samples, questions and icons: inside an installed wheel, beside a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


RESOURCES = _resources()
