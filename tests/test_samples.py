"""The sample PDFs are what samples.json says, and every question is answered on its page."""

import importlib.util
import json
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

from legaldesk import RESOURCES

SAMPLES = RESOURCES / "samples"
PACKAGING = Path(__file__).parents[1] / "packaging"
ABOUT = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
LAWS = ABOUT["documents"]
QUESTIONS = [
    json.loads(line)
    for line in (RESOURCES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
SMALL = "us-federal-arbitration-act"  # its font comes with reportlab


def features(name):
    return LAWS[name]["features"].split()


@cache
def raw_pages(name):
    pdf = pypdfium2.PdfDocument(SAMPLES / name)
    try:
        return [page.get_textpage().get_text_bounded() for page in pdf]
    finally:
        pdf.close()


@cache
def pages(name):
    """Text of each page: words broken at a line end joined, white space collapsed."""
    return [" ".join(re.sub("\x02\\s*", "", raw).split()) for raw in raw_pages(name)]


def squash(text):
    return re.sub(r"[\s-]", "", text)


def make_samples():
    spec = importlib.util.spec_from_file_location("make_samples", PACKAGING / "make_samples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_folder_holds_exactly_the_described_documents():
    assert {path.name for path in SAMPLES.glob("*.pdf")} == set(LAWS)


def test_languages_are_covered():
    found = Counter(law["lang"] for law in LAWS.values())
    least = {"en": 2, "es": 2, "de": 2, "fr": 1, "ca": 1, "vi": 2}

    assert {lang for lang, count in least.items() if found[lang] < count} == set()


def test_samples_are_small():
    assert sum(path.stat().st_size for path in SAMPLES.glob("*.pdf")) < 6_000_000


@pytest.mark.parametrize("name", LAWS)
def test_every_page_has_text(name):
    empty = [number for number, text in enumerate(pages(name), 1) if len(text) < 20]

    assert 8 <= len(pages(name)) <= 40
    assert not empty


@pytest.mark.parametrize("name", LAWS)
def test_metadata_names_title_and_language(name):
    reader = PdfReader(SAMPLES / name)

    assert reader.trailer["/Root"]["/Lang"] == LAWS[name]["lang"]
    assert reader.metadata.title.startswith(LAWS[name]["title"])


@pytest.mark.parametrize("name", LAWS)
def test_outline_reaches_the_page_of_its_heading(name):
    outline = list(pypdfium2.PdfDocument(SAMPLES / name).get_toc(max_depth=6))

    assert bool(outline) == ("outline" in features(name))
    for entry in outline:
        heading = " ".join(entry.get_title().split())
        text = pages(name)[entry.get_dest().get_index()]
        assert squash(heading) in squash(text), heading


@pytest.mark.parametrize("name", LAWS)
def test_page_labels_are_the_printed_numbers(name):
    pdf = pypdfium2.PdfDocument(SAMPLES / name)
    labels = [pdf.get_page_label(number) for number in range(len(pdf))]

    if "labels" not in features(name):
        assert set(labels) == {""}
        return
    start = labels.index("1")
    assert labels[:2] == ["i", "ii"]
    assert labels[start:] == [str(n) for n in range(1, len(labels) - start + 1)]
    for label, raw in list(zip(labels, raw_pages(name), strict=True))[1:]:
        assert label in re.split("[\\s\x02]+", raw), f"page {label} does not print its number"


@pytest.mark.parametrize("name", LAWS)
def test_words_keep_their_letters(name):
    text = " ".join(pages(name))

    assert unicodedata.is_normalized("NFC", text)
    assert "\ufffd" not in text
    if LAWS[name]["lang"] == "vi":
        assert len(re.findall(r"Điều \d+", text)) > 80


@pytest.mark.parametrize("name", [name for name in LAWS if "hyphens" in features(name)])
def test_justified_lines_break_words(name):
    assert sum(raw.count("\x02") for raw in raw_pages(name)) > 20


@pytest.mark.parametrize("name", [name for name in LAWS if "footnotes" in features(name)])
def test_footnotes_stand_below_the_law(name):
    text = (PACKAGING / "sample_texts" / name).with_suffix(".txt").read_text(encoding="utf-8")
    notes = re.findall(r"(?m)^\^ (.+)$", text)

    assert len(notes) >= 5
    for note in notes:
        assert any(squash(note) in squash(page) for page in pages(name)), note


def test_questions_are_many_and_distinct():
    each = Counter(question["document"] for question in QUESTIONS)

    assert len(QUESTIONS) >= 200
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert len({(q["document"], q["question"]) for q in QUESTIONS}) == len(QUESTIONS)
    assert {name: count for name, count in each.items() if count < 15} == {}
    assert set(each) == set(LAWS)


def test_every_answer_is_on_its_page():
    lost = [
        question["id"]
        for question in QUESTIONS
        for answer in question["answers"]
        if answer["text"] not in pages(question["document"])[answer["page"] - 1]
    ]

    assert not lost


def test_answers_are_passages_of_their_document():
    for question in QUESTIONS:
        length = sum(len(answer["text"]) for answer in question["answers"])
        assert 40 <= length <= 600, question["id"]
        assert question["lang"] == LAWS[question["document"]]["lang"], question["id"]
        assert question["section"], question["id"]


def test_questions_are_not_the_answer_itself():
    copies = [
        question["id"]
        for question in QUESTIONS
        if any(question["question"].rstrip("?") in a["text"] for a in question["answers"])
    ]

    assert not copies


def test_a_sample_is_rebuilt_to_the_byte(tmp_path):
    maker = make_samples()
    text = maker.read_text(PACKAGING / "sample_texts" / f"{SMALL}.txt")

    (tmp_path / "again").mkdir()
    first = maker.make_sample(text, tmp_path).read_bytes()
    again = maker.make_sample(text, tmp_path / "again").read_bytes()

    assert first == again
    if ABOUT["made_with"] == maker.toolchain():
        assert first == (SAMPLES / f"{SMALL}.pdf").read_bytes()


def test_samples_json_follows_the_texts():
    maker = make_samples()
    made = json.loads(maker.describe([maker.read_text(path) for path in maker.law_files()]))

    assert made["documents"] == LAWS


def test_a_text_that_is_not_there_is_named_instead_of_passed_over(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["make_samples.py", "--out", str(tmp_path), "us-constitutoin"])

    with pytest.raises(SystemExit):
        make_samples().main()

    assert "no text called us-constitutoin" in capsys.readouterr().err
