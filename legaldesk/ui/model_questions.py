"""The questions about models that must be answered before something is fetched or deleted."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QWidget

from legaldesk.core.models import CatalogueEntry, ModelsOverview
from legaldesk.ui.dialogs import Question, line_field, named_field
from legaldesk.ui.model_words import offer_size
from legaldesk.ui.pieces import button, label

HUB = "https://huggingface.co"
ONLINE = (
    "This is the only time LegalDesk goes online. Nothing of your documents, questions or answers "
    "is sent; you can stop it and go on later."
)
TOKEN_PLACE = "It is kept only in this computer's keyring, and sent to nobody but the hub."


class InstallQuestion(Question):
    """Says what is fetched, and asks for the token where terms had to be accepted."""

    def __init__(
        self, parent: QWidget, entry: CatalogueEntry, overview: ModelsOverview, again: bool = False
    ) -> None:
        super().__init__(parent, f"Install {entry.name}?", "Install")
        self._address = f"{HUB}/{entry.repo}"
        self.token_box: QLineEdit | None = None
        amount = (
            f"This fetches {offer_size(overview, entry)} from the Hugging Face hub ({entry.repo})."
        )
        content: list[QWidget] = [label(amount, wrap=True), label(ONLINE, "secondary", wrap=True)]
        if entry.gated:
            content += self._terms(overview, again)
        self.fill(*content)
        (self.token_box or (self.deed if self.deed.isEnabled() else self.cancel)).setFocus()

    @property
    def token(self) -> str:
        """What was typed, without blanks."""
        return self.token_box.text().strip() if self.token_box is not None else ""

    def _terms(self, overview: ModelsOverview, again: bool) -> list[QWidget]:
        terms = "Its authors give it only to those who have accepted their terms on its page."
        page = button("Open its page", self._open_page, "link")
        page.setToolTip(self._address)
        parts: list[QWidget] = [label(terms, wrap=True), page]
        if overview.token and not again:
            return [*parts, label("The token in this computer's keyring is used.", "secondary")]
        if overview.keyring:
            self.deed.setEnabled(False)
            lack = (
                f"The hub also asks for a token, and there is no safe place to keep one: "
                f"{overview.keyring} You can fetch the model on another computer and add its "
                "folder here."
            )
            return [*parts, label(lack, "wrong", wrap=True)]
        return [*parts, *self._ask_token()]

    def _ask_token(self) -> list[QWidget]:
        self.token_box = line_field("Token of the hub", "")
        self.token_box.setEchoMode(QLineEdit.EchoMode.Password)
        self.token_box.textChanged.connect(lambda: self.deed.setEnabled(bool(self.token)))
        self.deed.setEnabled(False)
        named = named_field("Your token, from the settings of your account there", self.token_box)
        return [named, label(TOKEN_PLACE, "small", wrap=True)]

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._address))


class HubNameQuestion(Question):
    """Asks for the name of a model on the hub."""

    def __init__(self, parent: QWidget, overview: ModelsOverview) -> None:
        super().__init__(parent, "Install another model from the hub", "Install")
        self.box = line_field("Name on the hub", "")
        self.box.setPlaceholderText("owner/model")
        self.box.textChanged.connect(lambda: self.deed.setEnabled(self._named()))
        self.deed.setEnabled(False)
        self.token_box = line_field("Token of the hub", "")
        self.token_box.setEchoMode(QLineEdit.EchoMode.Password)
        self.token_box.setEnabled(not overview.keyring)
        asked = "Token, only where its terms had to be accepted"
        if overview.token:
            asked += " (one is kept already)"
        note = overview.keyring or TOKEN_PLACE
        self.fill(
            named_field("Name of a sentence-transformers model, as on its page", self.box),
            named_field(asked, self.token_box),
            label(note, "small", wrap=True),
            label(ONLINE, "secondary", wrap=True),
        )
        self.box.setFocus()

    @property
    def name(self) -> str:
        """OWNER/NAME, with an @REVISION where one was typed."""
        return self.box.text().strip().removeprefix(f"{HUB}/").strip("/")

    @property
    def token(self) -> str:
        """What was typed, without blanks."""
        return self.token_box.text().strip()

    def _named(self) -> bool:
        owner, _, rest = self.name.partition("/")
        return bool(owner and rest and "/" not in rest and not any(map(str.isspace, self.name)))


class SureQuestion(Question):
    """A sentence of what will happen, and whether it shall."""

    def __init__(
        self, parent: QWidget, title: str, text: str, deed: str, danger: bool = False
    ) -> None:
        super().__init__(parent, title, deed, danger)
        self.text = label(text, wrap=True)
        self.fill(self.text)
        (self.cancel if danger else self.deed).setFocus()
