"""A model is loaded without what it does not need, and everything works afterwards."""

import gc
import subprocess
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


def test_what_is_left_out_comes_when_it_is_called(tiny_model):
    program = """
import sys
from pathlib import Path
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import read_model_folder
assert Encoder(read_model_folder(Path(sys.argv[1])), "cpu", precision="fp32").dimension
assert "sentence_transformers" in sys.modules and "sklearn" not in sys.modules
import torch
from sentence_transformers.util import manhattan_sim
one = torch.tensor([[1.0, 2.0]])
assert manhattan_sim(one.to_sparse(), one.to_sparse() * 3).item() == -6
import sklearn.metrics
assert sklearn.metrics.accuracy_score([1], [1]) == 1
"""
    subprocess.run([sys.executable, "-c", program, str(tiny_model)], check=True)
