"""A model is loaded without what it does not need, and everything works afterwards."""

import gc
import sys

import pytest

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.light_imports import light_imports
from legaldesk.engine.model_folder import read_model_folder


def test_collecting_goes_on_after_a_failure_and_not_before_the_outermost_is_done():
    with pytest.raises(ZeroDivisionError), light_imports():
        with light_imports():
            pass
        assert not gc.isenabled()
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_model_is_loaded_without_collecting(tiny_model, monkeypatch):
    import sentence_transformers

    real, collecting = sentence_transformers.SentenceTransformer, []

    def loaded(*arguments, **named):
        collecting.append(gc.isenabled())
        return real(*arguments, **named)

    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", loaded)

    Encoder(read_model_folder(tiny_model), "cpu", precision="fp32")

    assert collecting == [False]
    assert gc.isenabled()


def test_a_model_that_cannot_be_loaded_leaves_it_on(e5_copy):
    folder = read_model_folder(e5_copy)
    (e5_copy / "model.safetensors").write_bytes(b"no weights")

    with pytest.raises(ModelProblem):
        Encoder(folder, "cpu", precision="fp32")

    assert gc.isenabled()


def test_what_is_left_out_comes_when_it_is_called(tmp_path, monkeypatch):
    (tmp_path / "heavy_sums.py").write_text("def add(a, b=0):\n    return a + b\n")
    monkeypatch.syspath_prepend(tmp_path)
    with light_imports("heavy_sums"):
        from heavy_sums import add

        assert not hasattr(sys.modules["heavy_sums"], "__file__")
    assert "heavy_sums" not in sys.modules

    assert add(1, b=2) == 3
    with light_imports("heavy_sums"):  # what is there stays there
        assert sys.modules["heavy_sums"].__file__ == str(tmp_path / "heavy_sums.py")
    monkeypatch.delitem(sys.modules, "heavy_sums")
