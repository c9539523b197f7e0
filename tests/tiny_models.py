"""Tiny sentence-transformers models, built offline in a second or two.

They have the exact shape of published ones (bge-m3: CLS pooling, 8,194 positions; e5: mean
pooling, 514 positions, prompts; MiniLM: BERT; static embeddings) with random weights: they
prove mechanics, never quality. Each builder saves today's layout; ``to_v3_layout`` rewrites
a saved folder as sentence-transformers 3 left it.
"""

from __future__ import annotations

import json
import string
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def bge_m3_like(
    folder: Path, *, hidden: int = 128, layers: int = 2, seed: int = 42, normalize: bool = True
) -> Path:
    """A model of bge-m3's shape saved in ``folder``: CLS pooling, normalised, no prompts.

    Without ``normalize`` it has no Normalize module.
    """
    parts = _save_transformer(folder / "parts", hidden, layers, 8_194, seed)
    return _save(folder / "model", parts, hidden, "cls", {}, None if normalize else [])


def e5_like(folder: Path, *, hidden: int = 64, layers: int = 2, seed: int = 42) -> Path:
    """A model of multilingual-e5's shape saved in ``folder``: mean pooling and e5's prompts."""
    parts = _save_transformer(folder / "parts", hidden, layers, 514, seed)
    return _save(folder / "model", parts, hidden, "mean", E5_PROMPTS)


def minilm_like(
    folder: Path, *, hidden: int = 48, layers: int = 2, seed: int = 42, normalize: bool = True
) -> Path:
    """A model of MiniLM's shape saved in ``folder``: BERT, 512 tokens, mean pooling.

    Without ``normalize`` it has no Normalize module, as many published ones.
    """
    parts = _save_bert(folder / "parts", hidden, layers, seed)
    return _save(folder / "model", parts, hidden, "mean", {}, None if normalize else [])


def cross_encoder_like(
    folder: Path, *, word: str = "deposit", hidden: int = 48, labels: int = 1, seed: int = 42
) -> Path:
    """A cross-encoder of ms-marco MiniLM's shape saved in ``folder`` as on the hub.

    Its score is 0 for a pair without ``word`` and up to 8 the more of the pair's tokens are it.
    """
    import torch
    from transformers import BertForSequenceClassification

    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        model = BertForSequenceClassification(_bert_config(hidden, 2, num_labels=labels))
        _look_for(model, tiny_tokenizer().token_to_id(f"▁{word}"))
    model.save_pretrained(folder)
    return _save_tokenizer(folder, 512)


def _look_for(model: Any, token: int) -> None:
    """Set weights so that the first token gathers how many of all tokens are this one.

    The first direction of the space is the token's own and nobody else's; attention is even,
    and hands on that direction alone.
    """
    hidden = model.config.hidden_size
    words = model.bert.embeddings.word_embeddings.weight
    words[:, :2] = 0
    words[:, 2:] -= words[:, 2:].mean(dim=1, keepdim=True)
    words[token] = 0
    words[token, 0], words[token, 1] = 1, -1  # its mean is 0, so that a LayerNorm keeps it
    for table in (
        model.bert.embeddings.position_embeddings,
        model.bert.embeddings.token_type_embeddings,
    ):
        table.weight[:] = 0
    for layer in model.bert.encoder.layer:
        attention = layer.attention
        for part in (attention.self.query, attention.self.key, attention.self.value):
            part.weight[:], part.bias[:] = 0, 0
        attention.self.value.weight[0, 0] = attention.self.value.weight[1, 1] = 1
        attention.output.dense.weight[:] = 0
        attention.output.dense.weight[range(hidden), range(hidden)] = 1
        attention.output.dense.bias[:] = 0
        layer.output.dense.weight[:], layer.output.dense.bias[:] = 0, 0
    model.bert.pooler.dense.weight[:], model.bert.pooler.dense.bias[:] = 0, 0
    model.bert.pooler.dense.weight[0, 0] = 1
    model.classifier.weight[:], model.classifier.bias[:] = 0, 0
    model.classifier.weight[:, 0] = 8


def dense_like(folder: Path, *, hidden: int = 48, out: int = 32, seed: int = 42) -> Path:
    """The same with a Dense module after the pooling, which makes vectors of width ``out``."""
    import torch
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        dense = Dense(hidden, out)
    parts = _save_bert(folder / "parts", hidden, 2, seed)
    return _save(folder / "model", parts, hidden, "mean", {}, [dense, Normalize()])


def static_like(folder: Path, *, width: int = 64, seed: int = 42) -> Path:
    """A static model saved in ``folder``: one vector for every token, no transformer."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    generator = torch.Generator().manual_seed(seed)
    table = torch.randn(VOCABULARY, width, generator=generator)
    static = StaticEmbedding(tiny_tokenizer(), embedding_weights=table)
    model = SentenceTransformer(modules=[static], device="cpu", prompts=E5_PROMPTS)
    model.save(str(folder / "model"), create_model_card=False)
    return folder / "model"


def to_v3_layout(folder: Path) -> Path:
    """Rewrite a saved model's configurations in place as sentence-transformers 3 wrote them."""
    lines = _read(folder / "modules.json")
    for line in lines:
        name = line["type"].rpartition(".")[2]
        line["type"] = f"sentence_transformers.models.{name}"
        if name == "Pooling":
            _rewrite_pooling(folder / line["path"] / "config.json")
        elif name == "Normalize":
            (folder / line["path"] / "config.json").unlink()
        elif name == "Dense":
            _forget(
                folder / line["path"] / "config.json", "module_input_name", "module_output_name"
            )
    _write(folder / "modules.json", lines)
    if (folder / "config.json").exists():
        limit = _read(folder / "tokenizer_config.json")["model_max_length"]
        settings = {"max_seq_length": limit, "do_lower_case": False}
        _write(folder / "sentence_bert_config.json", settings)
    saved = _read(folder / "config_sentence_transformers.json")
    versions = {"sentence_transformers": "3.0.1", "transformers": "4.41.2", "pytorch": "2.3.0"}
    _write(
        folder / "config_sentence_transformers.json",
        {
            "__version__": versions,
            "prompts": {name: prompt for name, prompt in saved["prompts"].items() if prompt},
            "default_prompt_name": None,
            "similarity_fn_name": None,
        },
    )
    return folder


def _rewrite_pooling(file: Path) -> None:
    """Say which pooling in the seven booleans of old."""
    saved = _read(file)
    old = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens"}
    others = ("mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")
    modes = {f"pooling_mode_{mode}": False for mode in (*old.values(), *others)}
    modes[f"pooling_mode_{old[saved['pooling_mode']]}"] = True
    width = {"word_embedding_dimension": saved["embedding_dimension"]}
    _write(file, width | modes | {"include_prompt": saved["include_prompt"]})


def _forget(file: Path, *names: str) -> None:
    _write(file, {name: value for name, value in _read(file).items() if name not in names})


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, indent=2), encoding="utf-8")


def tiny_tokenizer() -> Tokenizer:
    """A Unigram tokenizer of 2,000 pieces with specials at 0 to 4, as XLM-RoBERTa's."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    pieces = [(special, 0.0) for special in _SPECIALS] + _pieces(VOCABULARY - len(_SPECIALS))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    cuts = [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(cuts)
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


def _save(
    folder: Path,
    parts: Path,
    hidden: int,
    pooling: str,
    prompts: dict[str, str],
    rest: Sequence[Any] | None = None,
) -> Path:
    """Join the saved transformer with pooling and the rest, normalisation if None."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    rest = [Normalize()] if rest is None else rest
    modules = [Transformer(str(parts)), Pooling(hidden, pooling_mode=pooling), *rest]
    model = SentenceTransformer(modules=modules, device="cpu", prompts=prompts)
    model.save(str(folder), create_model_card=False)
    return folder


def _save_bert(folder: Path, hidden: int, layers: int, seed: int) -> Path:
    """A BERT with random weights and 512 positions, on the same tiny vocabulary."""
    import torch
    from transformers import BertModel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        BertModel(_bert_config(hidden, layers)).save_pretrained(folder)
    return _save_tokenizer(folder, 512)


def _bert_config(hidden: int, layers: int, **more: Any) -> Any:
    from transformers import BertConfig
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    return BertConfig(
        vocab_size=VOCABULARY, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=4,
        intermediate_size=2 * hidden, max_position_embeddings=512, pad_token_id=1, **more,
    )  # fmt: skip


def _save_transformer(folder: Path, hidden: int, layers: int, positions: int, seed: int) -> Path:
    """An XLM-RoBERTa with random weights, drawn without touching torch's own generator."""
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaModel
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
    return _save_tokenizer(folder, positions - 2)


def _save_tokenizer(folder: Path, limit: int) -> Path:
    """The tiny tokenizer with XLM-RoBERTa's special tokens, cutting at ``limit`` tokens."""
    from transformers import PreTrainedTokenizerFast

    bos, pad, eos, unk, mask = _SPECIALS
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tiny_tokenizer(), model_max_length=limit, bos_token=bos,
        pad_token=pad, eos_token=eos, unk_token=unk, mask_token=mask, cls_token=bos, sep_token=eos,
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    return folder
