"""Tiny sentence-transformers models, built offline in a second or two.

They have the exact shape of published ones (bge-m3: CLS pooling, 8,194 positions; e5: mean
pooling, 514 positions, prompts) with random weights: they prove mechanics, never quality.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

VOCABULARY = 2_000
E5_PROMPTS = {"query": "query: ", "document": "passage: "}

_SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_ACCENTED = "äöüßáéíóúñçàèùâêôîïđơưăÀÉ§"
_CHARACTERS = string.ascii_letters + string.digits + string.punctuation + _ACCENTED
_WORDS = """
    the a of to in and or shall must may not be by for on with this that agreement tenant landlord
    lease termination notice days months rent payment liability damages clause section article
    court party parties confidential information law governing contract deposit repair breach
    interest query passage el la los de contrato arrendamiento plazo le les bail droit der die das
    Vertrag Kündigung Frist luật điều
"""


def bge_m3_like(folder: Path, *, hidden: int = 128, layers: int = 2, seed: int = 42) -> Path:
    """A model of bge-m3's shape saved in ``folder``: CLS pooling, normalised, no prompts."""
    parts = _save_transformer(folder / "parts", hidden, layers, 8_194, seed)
    return _save(folder / "model", parts, hidden, "cls", {})


def e5_like(folder: Path, *, hidden: int = 64, layers: int = 2, seed: int = 42) -> Path:
    """A model of multilingual-e5's shape saved in ``folder``: mean pooling and e5's prompts."""
    parts = _save_transformer(folder / "parts", hidden, layers, 514, seed)
    return _save(folder / "model", parts, hidden, "mean", E5_PROMPTS)


def tiny_tokenizer() -> Tokenizer:
    """A Unigram tokenizer of 2,000 pieces with specials at 0 to 4, as XLM-RoBERTa's."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    pieces = [(special, 0.0) for special in _SPECIALS] + _pieces(VOCABULARY - len(_SPECIALS))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return tokenizer


def _pieces(count: int) -> list[tuple[str, float]]:
    """Words, characters and two-letter syllables with falling log probabilities."""
    syllables = (a + b for a in string.ascii_lowercase for b in string.ascii_lowercase)
    wanted = dict.fromkeys(
        [f"▁{word}" for word in _WORDS.split()]
        + ["▁", *_CHARACTERS]
        + [piece for syllable in syllables for piece in (f"▁{syllable}", syllable)]
        + [f"▁{number}" for number in range(count)]
    )
    return [(piece, -2.0 - rank / 200) for rank, piece in enumerate(list(wanted)[:count])]


def _save(folder: Path, parts: Path, hidden: int, pooling: str, prompts: dict[str, str]) -> Path:
    """Join the saved transformer with pooling and normalisation, as safetensors."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    modules = [Transformer(str(parts)), Pooling(hidden, pooling_mode=pooling), Normalize()]
    model = SentenceTransformer(modules=modules, device="cpu", prompts=prompts)
    model.save(str(folder), create_model_card=False)
    return folder


def _save_transformer(folder: Path, hidden: int, layers: int, positions: int, seed: int) -> Path:
    """An XLM-RoBERTa with random weights, drawn without touching torch's own generator."""
    import torch
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    config = XLMRobertaConfig(
        vocab_size=VOCABULARY, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=4,
        intermediate_size=2 * hidden, max_position_embeddings=positions, type_vocab_size=1,
        pad_token_id=1, bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        XLMRobertaModel(config).save_pretrained(folder)
    bos, pad, eos, unk, mask = _SPECIALS
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tiny_tokenizer(), model_max_length=positions - 2, bos_token=bos,
        pad_token=pad, eos_token=eos, unk_token=unk, mask_token=mask, cls_token=bos, sep_token=eos,
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    return folder
