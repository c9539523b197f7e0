"""Nothing is collected while a model is loaded, and all is afterwards."""

import gc

import pytest

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.garbage import not_collecting
from legaldesk.engine.model_folder import read_model_folder


def test_collecting_goes_on_after_a_failure_and_not_before_the_outermost_is_done():
    with pytest.raises(ZeroDivisionError), not_collecting():
        with not_collecting():
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
