"""Python's cyclic garbage is collected in the window's thread alone.

A widget that is part of a cycle is destroyed by whichever thread happens to collect it, and Qt does
not survive a widget that another thread destroys. Lanes run Python too, so collecting is taken from
the interpreter and done between two events of the window.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500


class GarbageCollection(QObject):
    """Collects a generation when enough was made for it, until it is stopped."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def stop(self) -> None:
        """Give it back to the interpreter."""
        self._timer.stop()
        gc.enable()

    def collect(self) -> None:
        """Collect the oldest generation that is due, with the younger ones."""
        due = [
            number
            for number, (count, most) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if count > most
        ]
        if due:
            gc.collect(due[-1])
