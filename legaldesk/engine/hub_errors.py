"""What the hub's refusals and the network's failures mean to the user, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legaldesk.core.errors import LegalDeskError, ModelProblem, NoRoom
from legaldesk.engine.profile import FULL

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

_GOES_ON = "Add the model again; it goes on where it stopped."


def explain(error: Exception, repo: str, token: bool) -> LegalDeskError:
    """The error for the user. ``token`` says whether one was sent.

    A bug is none of the hub's: it is raised again.
    """
    from huggingface_hub import errors

    if isinstance(error, errors.HFValidationError):
        return ModelProblem(f"“{repo}” is not a model's name. Copy it from the model's page.")
    if isinstance(error, errors.HfHubHTTPError):
        return ModelProblem(_refusal(error, repo, token))
    if isinstance(error, OSError) and error.errno in FULL:
        return NoRoom(f"The disk is full: “{repo}” was not fetched. Make room and add it again.")
    if _is_network(error):
        message = f"The hub cannot be reached, or the connection to it was cut. {_GOES_ON}"
        return ModelProblem(f"“{repo}” could not be fetched. {message}")
    if isinstance(error, ValueError):
        return ModelProblem(
            f"“{repo}” could not be fetched: what answered is not the hub, perhaps your network's "
            "own page. Open a web page to see whether you must log in there, then try again."
        )
    if isinstance(error, OSError):
        reason = error.strerror or "the connection was cut"
        return ModelProblem(f"“{repo}” could not be fetched: {reason}. {_GOES_ON}")
    raise error


def _refusal(error: HfHubHTTPError, repo: str, token: bool) -> str:
    """What the hub means by its error."""
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return _gated(repo, token)
    if isinstance(error, errors.RevisionNotFoundError):
        return f"“{repo}” has no such version. Leave the version out to get the latest."
    if isinstance(error, errors.EntryNotFoundError):
        return f"A file of “{repo}” that is listed on the hub is missing there. Try again later."
    if isinstance(error, errors.RepositoryNotFoundError):
        return _unknown(repo, token)
    return _refused(repo, error.response.status_code, token)


def _is_network(error: Exception) -> bool:
    """Whether the client's transport failed: httpx's errors, whatever the package is called."""
    return any(kind.__name__ == "TransportError" for kind in type(error).__mro__)


def _gated(repo: str, token: bool) -> str:
    page = f"https://huggingface.co/{repo}"
    if token:
        return (
            f"Your token may not fetch “{repo}” yet. Accept the model's terms on {page} with the "
            "account that the token belongs to, wait until its authors let you in, and check "
            "that the token may read gated models."
        )
    return (
        f"“{repo}” is given only to those who accept its terms. Accept them on {page}, make a "
        "token on https://huggingface.co/settings/tokens and give it to LegalDesk."
    )


def _unknown(repo: str, token: bool) -> str:
    private = "your token may not see it" if token else "it is private and needs a token"
    return f"There is no model “{repo}” on the hub, or {private}. Check the name on its page."


def _refused(repo: str, status: int, token: bool) -> str:
    if status == 401 and token:
        return (
            f"The hub does not know the token, so “{repo}” was not fetched. Make a new one on "
            "https://huggingface.co/settings/tokens and give it to LegalDesk."
        )
    if status in (401, 403):
        return _gated(repo, token)
    if status == 429:
        return f"The hub has had too many requests from here. Add “{repo}” again in a few minutes."
    return f"The hub answered with an error ({status}) for “{repo}”. {_GOES_ON}"
