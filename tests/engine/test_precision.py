"""16 bits are used where a trial shows them clearly faster and right, and nowhere else."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from legaldesk.core.errors import WrongUse
from legaldesk.engine import precision
from legaldesk.engine.encoder import WORTH_A_TRIAL, Encoder
from legaldesk.engine.lowered import Lowered
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.precision import Trial, candidate, measure, remember, remembered


class Machine:
    """Encodes each text to a vector of its own, in as many seconds as the precision takes."""

    def __init__(self, gain, noise=0.0, error=None):
        self.seconds = {"fp32": 0.1, "bf16": 0.1 / gain}
        self.noise, self.error, self.calls = noise, error, 0

    def __call__(self, texts, name):
        self.calls += 1
        if self.error and name != "fp32":
            raise self.error
        random = np.random.default_rng([len(text) + ord(text[-2]) for text in texts])
        vectors = random.standard_normal((len(texts), 64), dtype=np.float32)
        if name != "fp32":
            vectors += self.noise * np.random.default_rng(1).standard_normal(vectors.shape)
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit.astype(np.float32), self.seconds[name]


@pytest.mark.parametrize(
    ("machine", "chosen"),
    [
        (Machine(2.5, noise=0.001), "bf16"),
        (Machine(1.1), "fp32"),
        (Machine(0.2), "fp32"),
        (Machine(2.5, noise=0.3), "fp32"),
        (Machine(2.5, noise=float("nan")), "fp32"),
        (Machine(2.5, error=RuntimeError("not implemented for 'BFloat16'")), "fp32"),
    ],
)
def test_it_is_used_where_it_is_clearly_faster_and_right(machine, chosen):
    assert measure(machine, "bf16").chosen == chosen


def test_what_is_far_slower_is_not_tried_further():
    machine = Machine(0.2)

    assert measure(machine, "bf16").gain == pytest.approx(0.2)
    assert machine.calls == 6


@pytest.mark.parametrize(
    ("device", "has_bf16", "tried"),
    [
        ("cpu", False, "bf16"),
        ("cuda:0", True, "bf16"),
        ("cuda:0", False, "fp16"),
        ("mps", False, "fp32"),
    ],
)
def test_a_card_without_bf16_is_tried_in_fp16(device, has_bf16, tried):
    cuda = SimpleNamespace(is_bf16_supported=lambda including_emulation: has_bf16)

    assert candidate(device, SimpleNamespace(cuda=cuda)) == tried


GOOD = Trial("bf16", 2.0, 1.0, 1.0)


def test_what_was_found_is_kept_for_this_model_device_and_torch(tmp_path, monkeypatch):
    notes = tmp_path / "precision.json"

    remember(notes, "model", "EPYC", GOOD)

    assert remembered(notes, "model", "EPYC") == GOOD
    assert remembered(notes, "model", "Xeon") is None
    assert remembered(notes, "other", "EPYC") is None
    monkeypatch.setattr(precision, "torch_version", lambda: "3.0")
    assert remembered(notes, "model", "EPYC") is None


@pytest.mark.parametrize(
    "damaged", ["{", "[]", '"bf16"', b"\xff", '{"KEY": "bf16"}', '{"KEY": {"precision": "bf16"}}',
                '{"KEY": {"precision": 1, "gain": "2", "cosine": 1, "overlap": 1}}']
)  # fmt: skip
def test_damaged_notes_are_as_none(tmp_path, damaged):
    notes = tmp_path / "precision.json"
    remember(notes, "model", "EPYC", GOOD)
    (key,) = json.loads(notes.read_text(encoding="utf-8"))
    text = damaged.replace("KEY", key).encode() if isinstance(damaged, str) else damaged
    notes.write_bytes(text)

    assert remembered(notes, "model", "EPYC") is None
    remember(notes, "model", "EPYC", GOOD)
    assert remembered(notes, "model", "EPYC") == GOOD


def test_a_full_disk_loses_no_more_than_the_note(tmp_path):
    remember(tmp_path / "gone" / "precision.json", "model", "EPYC", GOOD)

    assert not list(tmp_path.iterdir())


@pytest.fixture
def encoder(e5_model, tmp_path):
    return lambda **options: Encoder(
        read_model_folder(e5_model), "cpu", notes=tmp_path / "precision.json", **options
    )


def test_the_first_long_list_decides_and_the_next_start_knows(encoder, tmp_path):
    first = encoder()
    first.encode_passages(["rent"] * (WORTH_A_TRIAL - 1))
    assert not (tmp_path / "precision.json").exists()

    first.encode_passages([f"rent {number}" for number in range(WORTH_A_TRIAL)])

    (kept,) = json.loads((tmp_path / "precision.json").read_text(encoding="utf-8")).values()
    assert kept["precision"] == "bf16"
    assert encoder().precision == first.precision == Trial(**kept).chosen


def test_passages_are_in_16_bits_and_questions_are_not(encoder):
    full, half = encoder(precision="fp32"), encoder(precision="bf16")

    np.testing.assert_array_equal(half.encode_query("rent"), full.encode_query("rent"))
    found, wanted = half.encode_passages(["the rent"]), full.encode_passages(["the rent"])
    assert (found @ wanted.T).item() >= precision.LEAST_COSINE
    assert not np.array_equal(found, wanted)
    assert found.dtype == np.float32


def overflowing(model):
    """A model whose vectors are no numbers within autocast, as fp16 can make them."""
    import torch

    class Overflows(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def encode_document(self, texts, **options):
            vectors = self.model.encode_document(texts, **options)
            return vectors * np.nan if torch.is_autocast_enabled("cpu") else vectors

    return Overflows()


def test_a_batch_too_large_for_16_bits_is_done_in_32(encoder):
    half = encoder(precision="bf16")
    half._model = overflowing(half._model)

    wanted = encoder(precision="fp32").encode_passages(["the rent"])
    np.testing.assert_allclose(half.encode_passages(["the rent"]), wanted, atol=1e-6)


def test_linear_layers_in_16_bits_give_what_autocast_gives_to_the_bit(encoder):
    import torch

    full = encoder(precision="fp32").pipeline
    lowered = Lowered(full, "cpu")
    half = lowered.model("bf16")
    texts = ["the rent", "the tenant pays the rent before the first of the month"]

    with torch.autocast("cpu", dtype=torch.bfloat16):
        wanted, found = full.encode_document(texts), half.encode_document(texts)

    np.testing.assert_array_equal(found, wanted)
    assert {each.dtype for each in full.parameters()} == {torch.float32}
    kept = {each.data_ptr() for each in full.parameters()}
    linear = [each for each in half.modules() if isinstance(each, torch.nn.Linear)]
    own = [each for each in half.parameters() if each.data_ptr() not in kept]
    assert linear and len(own) == sum(len([*each.parameters()]) for each in linear)
    assert {each.dtype for each in own} == {torch.bfloat16}
    assert lowered.model("bf16") is half
    assert lowered.model("fp32") is full is Lowered(full, "cuda:0").model("bf16")


def test_a_precision_that_there_is_not_is_said(encoder):
    with pytest.raises(WrongUse, match="int4"):
        encoder(precision="int4")
