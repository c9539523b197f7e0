"""About LegalDesk: version, privacy, how PDFs are read, the library, and whose work it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from legaldesk import __version__
from legaldesk.core.confinement import Confinement
from legaldesk.core.encryption import Encryption
from legaldesk.ui.document_text import breakable, tip
from legaldesk.ui.pieces import button, label
from legaldesk.ui.sheet import Sheet

WIDTH = 480
PRIVACY = (
    "Everything stays on this computer. Your documents, questions and answers are sent nowhere, "
    "and LegalDesk needs no network."
)
READ_APART = "PDFs are read in processes of their own."
CONFINED: dict[Confinement, str] = {
    "sealed": "PDFs are read in processes of their own that can reach no network, start no "
    "programs, open no files but the computer's fonts, and use only so much memory and time.",
    "limited": "PDFs are read in processes of their own that can use only so much memory and "
    "time. This computer cannot shut them off from network and files.",
    "plain": "PDFs are read in processes of their own that are ended when they take too long. "
    "This computer cannot confine them further.",
}
ENCRYPTION: dict[Encryption, str] = {
    "encrypted": "The disk that it is on is encrypted.",
    "not encrypted": "The disk that it is on is not encrypted: whoever takes the disk can read it.",
    "cannot be told": "LegalDesk cannot tell whether the disk that it is on is encrypted.",
}
LICENCES = (
    "Built with Qt and PySide6 (LGPL 3), PDFium (BSD, Apache 2.0), pypdf (BSD), SQLite (public "
    "domain), PyTorch (BSD), Sentence Transformers and hnswlib (Apache 2.0), and the model "
    "all-MiniLM-L6-v2 (Apache 2.0). The laws of the sample matter are in the public domain."
)


class About(Sheet):
    """Says what this is; the button opens the library's folder."""

    def __init__(self, parent: QWidget, library: Path) -> None:
        super().__init__(parent, "About LegalDesk", WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.library = library
        self.open_folder = button("Open the library's folder", self._open_folder, icon="folder")
        self.open_folder.setToolTip(tip(str(library)))
        self.offer(self.open_folder)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(label(f"Version {__version__}", "secondary"))
        column.addWidget(label(PRIVACY, wrap=True))
        self._reading = label(READ_APART, wrap=True)
        column.addWidget(self._reading)
        column.addWidget(label("The library", "strong"))
        column.addWidget(label(breakable(str(library)), "secondary", wrap=True))
        self._disk = label("", wrap=True)
        self._disk.hide()
        column.addWidget(self._disk)
        column.addWidget(label("Licences", "strong"))
        column.addWidget(label(LICENCES, "small", wrap=True))
        column.addStretch(1)
        self.fill(content)

    def show_confinement(self, level: Confinement) -> None:
        """Say how closely the processes that read PDFs are confined here."""
        self._reading.setText(CONFINED[level])
        self._fit()

    def show_encryption(self, told: Encryption) -> None:
        """Say whether the library's disk is encrypted."""
        self._disk.setText(ENCRYPTION[told])
        self._disk.show()
        self._fit()

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.library)))
