"""Models come in whole and safe, or not at all."""

import errno
import json
import os
import resource
import shutil
import stat
import zipfile
from contextlib import contextmanager

import pytest

from legaldesk.core.errors import Cancelled, LegalDeskError, ModelProblem, NoRoom, WrongUse
from legaldesk.core.models import Prompts
from legaldesk.core.progress import silent
from legaldesk.engine import model_shelf, model_source
from legaldesk.engine.model_folder import BUNDLED_NAME, bundled_model, read_model_folder
from legaldesk.engine.model_record import languages_of
from legaldesk.engine.model_shelf import ModelShelf


@pytest.fixture
def shelf(tmp_path):
    return ModelShelf(tmp_path / "library")


def edit(file, **changes):
    content = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps(content | changes), encoding="utf-8")


def packed(folder, file, inside="", mode=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(file, "w", mode) as out:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                out.writestr(inside + each.relative_to(folder).as_posix(), each.read_bytes())
    return file


def nothing_left(shelf):
    """Whether the folder of models holds nothing, hidden or not."""
    return not shelf.folder.exists() or not [
        path for path in shelf.folder.iterdir() if path.name != ".fetching"
    ]


def test_the_bundled_model_is_always_there(shelf):
    (bundled,) = shelf.installed()

    assert (bundled.name, bundled.source, bundled.problem) == (BUNDLED_NAME, "bundled", "")
    assert (bundled.dimension, bundled.languages, bundled.licence) == (384, ("en",), "apache-2.0")
    assert shelf.path(BUNDLED_NAME) == bundled_model()
    assert languages_of(read_model_folder(bundled_model())) == {"en"}


def test_a_folder_is_copied_in_and_is_the_same_model(shelf, e5_copy):
    added = shelf.add_folder(e5_copy, silent, name="ours")

    model = read_model_folder(e5_copy)
    assert (added.name, added.source, added.identity) == ("ours", "folder", model.identity)
    assert (added.token_limit, added.prompts) == (512, Prompts("query: ", "passage: "))
    assert shelf.installed()[1:] == (added,)
    assert read_model_folder(shelf.path("ours")).identity == model.identity
    assert languages_of(read_model_folder(shelf.path("ours"))) is None


def test_the_bundled_model_needs_no_more_than_what_is_copied(shelf, tmp_path):
    shutil.copytree(bundled_model(), tmp_path / "other")
    edit(tmp_path / "other" / "sentence_bert_config.json", max_seq_length=128)

    added = shelf.add_folder(tmp_path / "other", silent)

    assert not (shelf.path(added.name) / "vocab.txt").exists()
    assert _vector(shelf.path(added.name)) == pytest.approx(_vector(tmp_path / "other"))


def _vector(folder):
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu").encode("the rent is due").tolist()


def test_only_what_is_needed_is_copied(shelf, e5_copy):
    for name in ("training_args.bin", "modeling.py", "onnx/model.onnx", "optimizer.pt", "a.jpg"):
        (e5_copy / name).parent.mkdir(exist_ok=True)
        (e5_copy / name).write_bytes(b"x")
    (e5_copy / "README.md").write_text("# words", encoding="utf-8")

    added = shelf.add_folder(e5_copy, silent)

    files = {file.name for file in shelf.path(added.name).rglob("*") if file.is_file()}
    assert files <= {
        "README.md", "config.json", "config_sentence_transformers.json", "legaldesk.json",
        "model.safetensors", "modules.json", "sentence_bert_config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json",
    }  # fmt: skip
    assert {"README.md", "model.safetensors", "tokenizer.json"} <= files


def test_the_same_model_is_not_added_twice(shelf, e5_copy):
    first = shelf.add_folder(e5_copy, silent)

    assert shelf.add_folder(e5_copy, silent) == first
    assert shelf.add_folder(bundled_model(), silent).name == BUNDLED_NAME
    assert len(shelf.installed()) == 2


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("Our Model (2)", "our-model-2"),
        ("CON", "model-con"),
        ("...", "model"),
        ("äöü", "model"),
        (".hidden", "hidden"),
    ],
)
def test_every_name_is_safe(shelf, e5_copy, tmp_path, folder, name):
    (tmp_path / folder).parent.mkdir(exist_ok=True)
    wished = shutil.copytree(e5_copy, tmp_path / "names" / f"{folder} ")

    assert shelf.add_folder(wished, silent).name == name


def test_names_are_unique(shelf, e5_copy, bge_model, tmp_path):
    shutil.copytree(bge_model, tmp_path / "more" / "model")
    shelf.add_folder(e5_copy, silent)

    assert shelf.add_folder(tmp_path / "more" / "model", silent).name == "model-2"
    with pytest.raises(WrongUse, match="already a model"):
        shelf.add_folder(e5_copy, silent, name="model-2")
    with pytest.raises(WrongUse, match="cannot be a model's name"):
        shelf.add_folder(e5_copy, silent, name="../up")


def test_what_a_readme_says_is_kept(shelf, e5_copy):
    (e5_copy / "README.md").write_text(
        "---\nlanguage:\n- fr\n- 'ca'\nlicense: mit\ntags:\n- x\n---\n# Card\n"
        '{"loss": "x", "matryoshka_dims": [16, 64,\n 32]}\n',
        encoding="utf-8",
    )

    added = shelf.add_folder(e5_copy, silent)

    assert (added.languages, added.licence) == (("ca", "fr"), "mit")
    assert added.dimensions == (64, 32, 16)
    assert languages_of(read_model_folder(shelf.path(added.name))) == {"fr", "ca"}


def test_a_trained_model_brings_its_own_facts(shelf, e5_copy):
    edit(e5_copy / "legaldesk.json", source="hub:x/y", languages=["de"], dimensions=[32, 999])

    added = shelf.add_folder(e5_copy, silent, source="trained:7")

    assert (added.source, added.languages, added.dimensions) == ("trained:7", ("de",), (64, 32))


def test_a_nonsense_record_is_passed_over(shelf, e5_copy):
    (e5_copy / "legaldesk.json").write_text('{"languages": 3}', encoding="utf-8")

    assert shelf.add_folder(e5_copy, silent).languages == ()


def test_a_model_can_be_removed_and_the_bundled_cannot(shelf, e5_copy):
    name = shelf.add_folder(e5_copy, silent).name

    shelf.remove(name)

    assert nothing_left(shelf)
    for wrong in (name, "", "..", BUNDLED_NAME):
        with pytest.raises(WrongUse):
            shelf.remove(wrong)


def test_a_model_that_has_gone_bad_is_listed_with_its_problem(shelf, e5_copy):
    added = shelf.add_folder(e5_copy, silent)
    (shelf.path(added.name) / "model.safetensors").unlink()

    bad = shelf.info(added.name)

    assert "safetensors" in bad.problem
    assert (bad.identity, bad.dimension) == ("", 0)


def test_listing_reads_the_weights_once(shelf, e5_copy, monkeypatch):
    added = shelf.add_folder(e5_copy, silent)
    monkeypatch.setattr(
        model_shelf, "bundled_model", lambda: (_ for _ in ()).throw(ModelProblem(""))
    )
    monkeypatch.setattr(model_shelf, "read_model_folder", lambda path: pytest.fail("read again"))

    assert ModelShelf(shelf.folder.parent).installed() == (added,)


def test_what_was_read_again_is_remembered(shelf, e5_copy, monkeypatch):
    added = shelf.add_folder(e5_copy, silent)
    os.utime(shelf.path(added.name) / "model.safetensors", (1, 1))
    assert ModelShelf(shelf.folder.parent).info(added.name) == added
    monkeypatch.setattr(model_shelf, "read_model_folder", lambda path: pytest.fail("read again"))

    assert ModelShelf(shelf.folder.parent).info(added.name) == added


def test_a_change_of_the_weights_is_noticed(shelf, e5_copy):
    added = shelf.add_folder(e5_copy, silent)
    weights = shelf.path(added.name) / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)

    assert shelf.info(added.name).identity not in ("", added.identity)


def only_a_pickle(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def only_onnx(folder):
    (folder / "model.safetensors").rename(folder / "model.onnx")


def nothing_to_load(folder):
    (folder / "model.safetensors").unlink()


def its_own_programs(folder):
    (folder / "modeling.py").write_text("print('no')", encoding="utf-8")
    edit(folder / "config.json", auto_map={"AutoModel": "modeling.Model"})


def a_class_of_its_own(folder):
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    modules[0]["type"] = "custom_st.Transformer"
    edit_list(folder, modules)


def a_way_out(folder):
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    modules[1]["path"] = "..\\elsewhere"
    edit_list(folder, modules)


def edit_list(folder, modules):
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")


def no_modules(folder):
    (folder / "modules.json").unlink()


def no_tokenizer(folder):
    (folder / "tokenizer.json").unlink()


REFUSALS = [
    (only_a_pickle, "pytorch_model.bin", "pickle"),
    (only_onnx, "model.onnx", "format"),
    (nothing_to_load, None, "no safetensors"),
    (its_own_programs, "config.json", "never run"),
    (a_class_of_its_own, "modules.json", "custom_st.Transformer"),
    (a_way_out, "modules.json", "outside"),
    (no_modules, "modules.json", "modules.json"),
    (no_tokenizer, "tokenizer.json", "tokenizer"),
]


@pytest.mark.parametrize(("spoil", "file", "words"), REFUSALS)
def test_what_must_not_come_in_is_refused_and_leaves_nothing(shelf, e5_copy, spoil, file, words):
    spoil(e5_copy)

    with pytest.raises(ModelProblem, match=words) as problem:
        shelf.add_folder(e5_copy, silent)

    assert (problem.value.file or "").endswith(file or "")
    assert nothing_left(shelf)


@pytest.mark.parametrize(("spoil", "file", "words"), REFUSALS)
def test_a_zip_is_refused_for_the_same_reasons(shelf, e5_copy, tmp_path, spoil, file, words):
    spoil(e5_copy)

    with pytest.raises(ModelProblem, match=words):
        shelf.add_zip(packed(e5_copy, tmp_path / "model.zip"), silent)

    assert nothing_left(shelf)


def test_a_missing_folder_is_refused(shelf, tmp_path):
    with pytest.raises(ModelProblem, match="no folder"):
        shelf.add_folder(tmp_path / "nowhere", silent)


def test_links_into_the_hubs_cache_are_followed_and_pipes_are_not(shelf, e5_copy, tmp_path):
    (e5_copy / "model.safetensors").rename(tmp_path / "blob")
    (e5_copy / "model.safetensors").symlink_to(tmp_path / "blob")
    os.mkfifo(e5_copy / "README.md")

    added = shelf.add_folder(e5_copy, silent)

    copy = shelf.path(added.name)
    assert not (copy / "model.safetensors").is_symlink()
    assert not (copy / "README.md").exists()


@pytest.mark.parametrize("inside", ["", "Our Model/", "./", "./Our Model/"])
def test_a_zip_is_unpacked_wherever_the_model_is_in_it(shelf, e5_copy, tmp_path, inside):
    file = packed(e5_copy, tmp_path / "Firm.zip", inside)

    added = shelf.add_zip(file, silent)

    assert (added.source, added.name) == ("zip", "our-model" if "Our" in inside else "firm")
    assert added.identity == read_model_folder(e5_copy).identity


def rewrite(file, change):
    """The zip with its first entry's description changed."""
    with zipfile.ZipFile(file, "a") as out:
        info = zipfile.ZipInfo("extra")
        info.create_system = 3
        change(info)
        out.writestr(info, b"x")
    return file


def a_link(info):
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def a_climb(info):
    info.filename = "../../extra"


def an_absolute_path(info):
    info.filename = "/extra"


def a_drive(info):
    info.filename = "C:extra"


def backslashes(info):
    info.filename = info.orig_filename = "..\\extra"


@pytest.mark.parametrize("change", [a_link, a_climb, an_absolute_path, a_drive, backslashes])
def test_a_zip_that_means_harm_is_refused(shelf, e5_copy, tmp_path, change):
    file = rewrite(packed(e5_copy, tmp_path / "model.zip"), change)

    with pytest.raises(ModelProblem, match="outside|link"):
        shelf.add_zip(file, silent)

    assert nothing_left(shelf)
    assert not (tmp_path / "extra").exists()


def the_same_file(info):
    info.filename = ".//modules.json"


def test_a_zip_with_one_file_under_two_names_is_refused(shelf, e5_copy, tmp_path):
    file = rewrite(packed(e5_copy, tmp_path / "model.zip"), the_same_file)

    with pytest.raises(ModelProblem, match="twice"):
        shelf.add_zip(file, silent)


def test_a_zip_with_a_password_is_refused(shelf, e5_copy, tmp_path):
    file = packed(e5_copy, tmp_path / "model.zip", mode=zipfile.ZIP_STORED)
    data = file.read_bytes()
    at = data.index(b"PK\x01\x02")
    file.write_bytes(data[: at + 8] + b"\x01" + data[at + 9 :])

    with pytest.raises(ModelProblem, match="password"):
        shelf.add_zip(file, silent)


def test_a_bomb_is_refused(shelf, e5_copy, tmp_path):
    (e5_copy / "model.safetensors").write_bytes(bytes(20_000_000))

    with pytest.raises(ModelProblem, match="far more"):
        shelf.add_zip(packed(e5_copy, tmp_path / "model.zip"), silent)

    assert nothing_left(shelf)


def test_a_damaged_zip_is_refused(shelf, e5_copy, tmp_path):
    file = packed(e5_copy, tmp_path / "model.zip")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 255
    file.write_bytes(data)

    with pytest.raises(ModelProblem, match="damaged|larger|changed"):
        shelf.add_zip(file, silent)

    assert nothing_left(shelf)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing of the kind", b"%PDF-1.7"])
def test_what_is_no_zip_is_refused(shelf, tmp_path, content):
    (tmp_path / "model.zip").write_bytes(content)

    with pytest.raises(ModelProblem, match="not a zip"):
        shelf.add_zip(tmp_path / "model.zip", silent)


def test_a_zip_without_a_model_is_refused(shelf, tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "letter.txt").write_text("no", encoding="utf-8")

    with pytest.raises(ModelProblem, match="no model"):
        shelf.add_zip(packed(tmp_path / "words", tmp_path / "words.zip"), silent)


@contextmanager
def files_no_larger_than(size):
    """The system refuses to let a file of this process grow beyond it, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_leaves_nothing_behind(shelf, e5_copy, tmp_path):
    file = packed(e5_copy, tmp_path / "model.zip")

    for add in (lambda: shelf.add_folder(e5_copy, silent), lambda: shelf.add_zip(file, silent)):
        with files_no_larger_than(100_000), pytest.raises(NoRoom, match="Make room"):
            add()
        assert nothing_left(shelf)


def test_a_model_that_would_fill_the_disk_is_refused_before_it_is_copied(
    shelf, e5_copy, monkeypatch
):
    full = shutil.disk_usage("/")._replace(free=model_shelf.SPARE)
    monkeypatch.setattr(model_shelf.shutil, "disk_usage", lambda path: full)

    with pytest.raises(NoRoom, match="MB"):
        shelf.add_folder(e5_copy, silent)

    assert nothing_left(shelf)


def test_a_disk_that_cannot_be_read_is_said(shelf, e5_copy, monkeypatch):
    def broken(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(model_source, "copy_stream", broken)

    with pytest.raises(LegalDeskError, match="Input/output error"):
        shelf.add_folder(e5_copy, silent)

    assert nothing_left(shelf)


def test_cancelling_leaves_nothing_behind(shelf, e5_copy):
    def cancel(progress):
        if progress.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        shelf.add_folder(e5_copy, cancel)

    assert nothing_left(shelf)


def test_copying_says_how_far_it_is(shelf, e5_copy):
    heard = []

    shelf.add_folder(e5_copy, heard.append)

    assert [heard[0].stage, heard[-1].stage] == ["copying", "checking"]
    assert {progress.unit for progress in heard} == {"bytes"}
    assert heard[-1].done == heard[-1].total


def test_what_a_kill_left_is_neither_seen_nor_kept(shelf, e5_copy):
    shelf.add_folder(e5_copy, silent)
    for hidden in (".adding-1-1", ".removing-1-1", ".fetching/x--y", ".fetching/old"):
        shutil.copytree(e5_copy, shelf.folder / hidden)
    os.utime(shelf.folder / ".fetching" / "old", (0, 0))

    assert len(shelf.installed()) == 2
    shelf.clear_leftovers()

    assert sorted(path.name for path in shelf.folder.iterdir()) == [".fetching", "model"]
    assert [path.name for path in (shelf.folder / ".fetching").iterdir()] == ["x--y"]


def test_models_are_for_their_user_alone(shelf, e5_copy):
    added = shelf.add_folder(e5_copy, silent)

    assert shelf.folder.stat().st_mode & 0o077 == 0
    assert shelf.path(added.name).stat().st_mode & 0o077 == 0
