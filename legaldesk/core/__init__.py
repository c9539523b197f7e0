"""What LegalDesk talks about: frozen values and pure functions. No Qt, torch, SQL or files."""
