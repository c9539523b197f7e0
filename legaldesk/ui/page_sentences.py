"""What the page view says in place of a page, or above it."""

EMPTY = "The page of the passage you choose is shown here."
NOT_PLACED = (
    "This document's text came from the second reader, so the passage cannot be highlighted "
    "on its page."
)
NO_BOXES = "The passage has no place on its page that could be highlighted."
