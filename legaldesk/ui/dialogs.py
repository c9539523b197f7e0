"""The few questions that must be answered. Each opens without stopping anything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from legaldesk.core.documents import Dependents
from legaldesk.ui import theme
from legaldesk.ui.pieces import button, label
from legaldesk.ui.wording import goes_with, stays_taught

MOST_NAMED = 8
"""How many documents a question names one by one."""


class Question(QDialog):
    """A title, some content, and two buttons: the careful way out and the deed."""

    def __init__(self, parent: QWidget, title: str, deed: str, danger: bool = False) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("LegalDesk")
        self.setAccessibleName(title)
        self.setMinimumWidth(theme.px(400))
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(24, 24, 24, 16)
        self._outer.setSpacing(12)
        self._outer.addWidget(label(title, "heading", wrap=True))
        self.deed = button(deed, self.accept, "danger" if danger else "primary")
        self.cancel = button("Cancel", self.reject)
        self._danger = danger

    def fill(self, *content: QWidget) -> None:
        """Put the content between title and buttons; call once."""
        for widget in content:
            self._outer.addWidget(widget)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.deed)
        self._outer.addLayout(row)
        (self.cancel if self._danger else self.deed).setDefault(True)

    def showEvent(self, event: QShowEvent) -> None:
        """High enough for every line at its width; Qt would stop at two thirds of the screen."""
        super().showEvent(event)
        room = round(self.screen().availableSize().height() * 0.9)
        self.setMinimumHeight(min(self._outer.totalHeightForWidth(self.width()), room))


class NameQuestion(Question):
    """Asks for a matter's name."""

    def __init__(self, parent: QWidget, title: str, deed: str, name: str = "") -> None:
        super().__init__(parent, title, deed)
        self.box = line_field("Name of the matter", name)
        self.box.setMaxLength(120)
        self.box.textChanged.connect(self._weigh)
        self.fill(named_field("Name", self.box))
        self._weigh()
        self.box.selectAll()
        self.box.setFocus()

    @property
    def name(self) -> str:
        """The name without blanks around it."""
        return " ".join(self.box.text().split())

    def _weigh(self) -> None:
        self.deed.setEnabled(bool(self.name))


class TargetQuestion(Question):
    """Asks which matter receives files, an existing or a new one."""

    def __init__(self, parent: QWidget, title: str, matters: Sequence[str], name: str) -> None:
        super().__init__(parent, title, "Add")
        self.box = QComboBox()
        self.box.setAccessibleName("Matter")
        self.box.setEditable(True)
        self.box.addItems(list(matters))
        self.box.setCurrentText(name)
        # Completed in the line itself, "Acme" and Enter would mean "Acme v. Byte".
        if (completer := self.box.completer()) is not None:
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.box.editTextChanged.connect(self._weigh)
        self.fill(
            named_field("Choose a matter or type the name of a new one", self.box),
            label(
                "Questions stay inside a matter, so papers of different clients do not mix.",
                "small",
                wrap=True,
            ),
        )
        self._weigh()
        if (line := self.box.lineEdit()) is not None:
            line.setMaxLength(120)
            line.setPlaceholderText("Name of the matter")
            line.selectAll()
        self.box.setFocus()

    @property
    def name(self) -> str:
        """The matter that was chosen or typed."""
        return " ".join(self.box.currentText().split())

    def _weigh(self) -> None:
        self.deed.setEnabled(bool(self.name))


class PasswordQuestion(Question):
    """Asks for a file's password. It is used once and kept nowhere by the window."""

    def __init__(self, parent: QWidget, file: str, reason: str = "") -> None:
        super().__init__(parent, "This file needs its password", "Open")
        self.box = line_field("Password", "")
        self.box.setEchoMode(QLineEdit.EchoMode.Password)
        self.box.textChanged.connect(lambda text: self.deed.setEnabled(bool(text)))
        self.deed.setEnabled(False)
        content: list[QWidget] = [label(PurePath(file).name, wrap=True)]
        if reason:
            content.append(label(reason, "wrong", wrap=True))
        self.fill(*content, named_field("Password", self.box))
        self.box.setFocus()

    @property
    def password(self) -> str:
        """What was typed, to the letter."""
        return self.box.text()


class RemoveQuestion(Question):
    """Says what goes with documents or a matter before they are erased."""

    def __init__(self, parent: QWidget, dependents: Dependents, what: str) -> None:
        super().__init__(parent, f"Remove {what}?", "Erase for good", danger=True)
        named = _bullets(dependents.documents)
        self.lines = label("\n".join(f"•  {line}" for line in goes_with(dependents)), wrap=True)
        content: list[QLabel] = [
            label("This erases from LegalDesk, for good:", wrap=True),
            self.lines,
        ]
        if dependents.documents:
            content.append(label(named, "secondary", wrap=True))
        if dependents.kept_elsewhere:
            kept = _bullets(dependents.kept_elsewhere)
            content.append(label(f"Stays, because it is in another matter too:\n{kept}", wrap=True))
        if taught := stays_taught(dependents):
            content.append(label(taught, wrap=True))
        content.append(
            label("Your own files outside LegalDesk are not touched.", "small", wrap=True)
        )
        self.fill(*content)
        self.cancel.setFocus()


def ask(question: QDialog, then: Callable[[], object]) -> None:
    """Open a question; ``then`` runs when it is accepted."""
    question.accepted.connect(lambda: then())
    question.open()


def _bullets(names: Sequence[str]) -> str:
    lines = [f"•  {PurePath(name).name}" for name in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        lines.append(f"•  and {len(names) - MOST_NAMED:,} more")
    return "\n".join(lines)


def line_field(name: str, text: str) -> QLineEdit:
    """A field of one line, and what a screen reader calls it."""
    made = QLineEdit(text)
    made.setAccessibleName(name)
    return made


def named_field(name: str, field: QWidget) -> QWidget:
    """A field with its name above it."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    words = label(name, "small")
    words.setBuddy(field)
    layout.addWidget(words)
    layout.addWidget(field)
    return holder
