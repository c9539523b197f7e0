"""The hub's token lives in the keyring, or nowhere."""

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from legaldesk.core.errors import LegalDeskError, WrongUse
from legaldesk.engine import keyring_token

TOKEN = "hf_thisIsNoRealToken"


class InMemory(KeyringBackend):
    """A keyring that forgets everything when the test ends."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


class Shut(InMemory):
    """A keyring that nobody unlocks."""

    def get_password(self, service, username):
        raise KeyringLocked("no")


class Together(InMemory):
    """Several keyrings behind one, as keyring's chainer."""

    backends = ()


def put(monkeypatch, backend):
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    return backend


@pytest.fixture
def ring(monkeypatch):
    return put(monkeypatch, InMemory())


def test_a_token_is_kept_under_our_own_name_and_forgotten(ring):
    keyring_token.save(f"  {TOKEN}\n")

    assert ring.kept == {("LegalDesk", "huggingface.co"): TOKEN}
    assert (keyring_token.load(), keyring_token.state()) == (TOKEN, (True, ""))
    keyring_token.forget()
    assert ring.kept == {}
    assert (keyring_token.load(), keyring_token.state()) == (None, (False, ""))


def test_forgetting_what_was_never_kept_is_fine(ring):
    keyring_token.forget()

    assert ring.kept == {}


@pytest.mark.parametrize("wrong", ["", " ", "two words", "line\nbreak", "hf_ü", "x" * 2_000])
def test_what_cannot_be_a_token_is_not_kept(ring, wrong):
    with pytest.raises(WrongUse, match="hf_"):
        keyring_token.save(wrong)

    assert ring.kept == {}


def test_no_keyring_is_said_and_nothing_is_kept(monkeypatch):
    put(monkeypatch, fail.Keyring())

    with pytest.raises(LegalDeskError, match="no keyring that could keep the token"):
        keyring_token.save(TOKEN)

    assert keyring_token.load() is None
    assert "GNOME Keyring" in keyring_token.state()[1]


def test_a_keyring_that_keeps_nothing_is_none(monkeypatch):
    put(monkeypatch, null.Keyring())

    assert "no keyring" in keyring_token.state()[1]


def test_a_keyring_that_writes_plain_files_is_none(monkeypatch):
    plain = type("PlaintextKeyring", (InMemory,), {"__module__": "keyrings.alt.file"})
    put(monkeypatch, plain())

    assert "no keyring" in keyring_token.state()[1]


def test_of_several_the_first_safe_one_is_used(monkeypatch):
    plain = type("PlaintextKeyring", (InMemory,), {"__module__": "keyrings.alt.file"})
    together, safe = Together(), InMemory()
    together.backends = (plain(), safe)
    put(monkeypatch, together)

    keyring_token.save(TOKEN)

    assert list(safe.kept.values()) == [TOKEN]


def test_a_locked_keyring_asks_to_be_unlocked(monkeypatch):
    put(monkeypatch, Shut())

    assert keyring_token.state() == (False, "The keyring is locked. Unlock it and try again.")
    assert keyring_token.load() is None
