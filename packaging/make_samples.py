"""Typeset the law texts of sample_texts/ as the sample PDFs of resources/samples/.

    python packaging/make_samples.py [--out DIR] [NAME ...]

A text is `key: value` lines, an empty line, then one paragraph a line. `#` to `###` open parts,
`####` opens an article, `^` is a footnote to the heading on the line above. The same texts, fonts
and versions of reportlab and zlib give the same bytes; samples.json says which were used.
"""

import argparse
import json
import re
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4, A5, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus.tableofcontents import TableOfContents

HERE = Path(__file__).resolve().parent
TEXTS = HERE / "sample_texts"
SAMPLES = HERE.parent / "resources" / "samples"

PAGES = {"a4": A4, "a5": A5, "letter": LETTER, "octavo": (432, 648)}
CONTENTS = {"ca": "Índex", "de": "Inhalt", "fr": "Table des matières", "vi": "Mục lục"}
SOURCE = {
    "ca": "Font",
    "de": "Quelle",
    "en": "Source",
    "es": "Fuente",
    "fr": "Source",
    "vi": "Nguồn",
}
ROMAN = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]
VERA = {"Regular": "Vera.ttf", "Bold": "VeraBd.ttf", "Italic": "VeraIt.ttf"}  # reportlab brings it


@dataclass(frozen=True)
class Text:
    """One law: what its header says of it, and its paragraphs."""

    name: str
    meta: dict[str, str]
    lines: list[str]

    def __getattr__(self, key: str) -> str:
        return self.meta[key]

    def has(self, feature: str) -> bool:
        """Whether the header of the text asks for `feature`."""
        return feature in self.meta["features"].split()


def read_text(path: Path) -> Text:
    """The law in one file of sample_texts/."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    meta = dict(line.split(": ", 1) for line in head.splitlines())
    return Text(path.stem, meta, body.splitlines())


def law_files() -> list[Path]:
    """The texts, without the lists of hyphenated words."""
    return sorted(p for p in TEXTS.glob("*.txt") if not p.name.startswith("hyphens-"))


def font_file(family: str, style: str) -> str:
    """The TrueType file of a font, from reportlab itself or from fontconfig."""
    if family == "Bitstream Vera":
        return str(Path(reportlab.__file__).parent / "fonts" / VERA[style])
    pattern = family if style == "Regular" else f"{family}:{style.lower()}"
    ask = ["fc-match", "-f", "%{family}\n%{file}", pattern]
    answer = subprocess.run(ask, capture_output=True, text=True, check=True)
    found, file = answer.stdout.split("\n")
    if not found.startswith(family):
        raise SystemExit(f"{family} is missing: install fonts-noto-core and fonts-dejavu.")
    return file


def load_fonts(family: str) -> None:
    """Make `family` and its bold and italic known to reportlab under names of our own."""
    for style in ("Regular", "Bold", "Italic"):
        name = f"{family} {style}"
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, font_file(family, style)))


def hyphenator(lang: str) -> dict[str, str]:
    """Words of hyphens-LANG.txt, each with a soft hyphen at every place it may be broken."""
    words = (TEXTS / f"hyphens-{lang}.txt").read_text(encoding="utf-8").split()
    return {word.replace("-", ""): word.replace("-", "\u00ad") for word in words}


def headings_from(lines: list[str], at: int) -> int:
    """How many headings follow one another from line `at` on, their notes left out."""
    others = (n for n, line in enumerate(lines[at:]) if line[0] not in "#^")
    return sum(line.startswith("#") for line in lines[at : at + next(others)])


class Typesetter:
    """Turns the lines of one text into flowables."""

    def __init__(self, text: Text) -> None:
        load_fonts(text.font)
        self.text = text
        self.size = float(text.size)
        self.words = hyphenator(text.lang) if text.has("hyphens") else {}
        self.notes = 0

    def style(self, face: str = "Regular", size: float = 0, **more: Any) -> ParagraphStyle:
        """A paragraph style in one face of the text's font; `size` is in points."""
        size = size or self.size
        options = {"alignment": TA_LEFT, "splitLongWords": 0, "leading": size * 1.36} | more
        return ParagraphStyle(
            face, fontName=f"{self.text.font} {face}", fontSize=size, allowWidows=0, **options
        )

    def markup(self, line: str) -> str:
        """The line for reportlab: markup escaped, soft hyphens put in."""
        if self.words:
            line = re.sub(r"\w{7,}", lambda word: self.words.get(word[0], word[0]), line)
        return escape(line, quote=False)

    def body(self) -> Iterator[Flowable]:
        """The law itself: headings with their notes, paragraphs, items."""
        lines = self.text.lines
        for at, line in enumerate(lines):
            if line.startswith("#"):
                yield CondPageBreak(self.size * (4 + 3.2 * headings_from(lines, at)))
                yield self.heading(line, lines[at + 1])
            elif not line.startswith("^"):
                yield self.paragraph(line)

    def heading(self, line: str, after: str) -> Flowable:
        """A heading that knows its depth, and its note where the line after it is one."""
        marks, words = line.split(" ", 1)
        depth = len(marks)
        size = self.size * {1: 1.35, 2: 1.15, 3: 1.0, 4: 1.0}[depth]
        face = "Italic" if depth == 3 else "Bold"
        style = self.style(
            face,
            size,
            alignment=TA_CENTER if depth < 3 else TA_LEFT,
            spaceBefore=size * (1.4 if depth < 3 else 0.9),
            spaceAfter=size * 0.45,
        )
        noted = after.startswith("^")
        mark = f"<super size={self.size * 0.65:.1f}>{self.notes + 1}</super>" if noted else ""
        flowable = Paragraph(escape(words, quote=False) + mark, style)
        flowable.opens = (depth, words)
        if noted:
            flowable.note = self.note(after[2:])
        return flowable

    def note(self, words: str) -> Paragraph:
        """A numbered footnote."""
        self.notes += 1
        style = self.style(size=self.size * 0.78, leftIndent=10, firstLineIndent=-10)
        return Paragraph(f"{self.notes}  {self.markup(words)}", style)

    def paragraph(self, line: str) -> Paragraph:
        """A paragraph, hung behind its number or letter where it has one."""
        letter = re.match(r"([a-zđ]{1,2}[.)]|\([A-Z]\))\s", line)
        number = re.match(r"(\d+[a-z]?(\.|º\.?-?|°)|\(\d+[a-z]?\))\s", line)
        indent = self.size * (2.2 if letter else 1.1 if number else 0)
        hang = self.size * 1.1 if letter or number else 0
        style = self.style(
            alignment=TA_JUSTIFY if self.text.has("justify") else TA_LEFT,
            leftIndent=indent,
            firstLineIndent=-hang,
            spaceAfter=self.size * 0.5,
        )
        return Paragraph(self.markup(line), style)

    def front(self) -> Iterator[Flowable]:
        """Title page, its back with the source, and a table of contents where there is one."""
        text, big = self.text, self.size * 1.8
        centred = {"alignment": TA_CENTER, "spaceAfter": big}
        yield Spacer(1, PAGES[text.page][1] * 0.24)
        yield Paragraph(escape(text.title), self.style("Bold", big, **centred))
        yield Paragraph(escape(text.subtitle), self.style("Italic", self.size * 1.3, **centred))
        yield NextPageTemplate("front")
        yield PageBreak()
        small = self.style(size=self.size * 0.9, spaceAfter=self.size)
        yield Paragraph(f"{SOURCE[text.lang]}: {escape(text.source)}.", small)
        yield Paragraph(escape(text.status) + ".", small)
        if text.has("toc"):
            yield PageBreak()
            yield Paragraph(CONTENTS[text.lang], self.style("Bold", self.size * 1.5, spaceAfter=12))
            levels = [
                self.style("Bold" if depth == 0 else "Regular", self.size * 0.9,
                           leftIndent=depth * 12, rightIndent=30)
                for depth in range(4)
            ]  # fmt: skip
            yield TableOfContents(levelStyles=levels, dotsMinLevel=0)
        yield NextPageTemplate("body")
        yield PageBreak()


class NotedFrame(Frame):
    """A column that gives up height at its foot for the notes of the headings it holds."""

    def _reset(self) -> None:
        self._geom()
        super()._reset()
        self.notes: list[Paragraph] = []

    def _add(self, flowable: Flowable, canv: Any, trySplit: int = 0) -> int:
        note = getattr(flowable, "note", None)
        if note is None:
            return super()._add(flowable, canv, trySplit)
        height = note.wrap(self._aW, self._height)[1] + (0 if self.notes else 9)
        self._y1p += height
        self._aH -= height
        added = super()._add(flowable, canv, trySplit)
        if added:
            self.notes.append(note)
        else:
            self._y1p -= height
            self._aH += height
        return added

    add = _add

    def draw_notes(self, canv: Any) -> None:
        """Draw the notes at the foot of the column, under a short rule."""
        y = self._y1 + self._bottomPadding
        for note in reversed(self.notes):
            note.drawOn(canv, self._x1, y)
            y += note.height
        if self.notes:
            canv.setLineWidth(0.4)
            canv.line(self._x1, y + 4, self._x1 + 60, y + 4)


class Book(BaseDocTemplate):
    """A law as a PDF: page labels, outline, running header, notes and page number."""

    def __init__(self, text: Text, path: Path) -> None:
        self.text, self.size = text, float(text.size)
        width, height = PAGES[text.page]
        margin = min(width, height) * 0.115
        super().__init__(
            str(path), pagesize=(width, height), invariant=1, lang=text.lang,
            title=f"{text.title} – {text.subtitle}", author=text.source, subject=text.status,
            creator="LegalDesk", leftMargin=margin, rightMargin=margin,
        )  # fmt: skip
        columns = int(text.meta.get("columns", "1"))
        gap, tall = self.size * 2, height - 2.3 * margin
        wide = (width - 2 * margin - gap * (columns - 1)) / columns
        whole = [Frame(margin, margin * 1.1, width - 2 * margin, tall, 0, 0, 0, 0)]
        body = [
            NotedFrame(margin + i * (wide + gap), margin * 1.1, wide, tall, 0, 0, 0, 0)
            for i in range(columns)
        ]
        self.addPageTemplates([
            PageTemplate("title", whole),
            PageTemplate("front", whole, onPageEnd=draw_foot),
            PageTemplate("body", body, onPage=draw_head, onPageEnd=draw_foot),
        ])  # fmt: skip

    def beforeDocument(self) -> None:
        """Forget the last pass: the table of contents needs more than one."""
        self.front_pages, self.part, self.depths, self.marks = 0, "", [], 0

    def page_label(self) -> str:
        """The number printed on this page: roman before the law begins, arabic within it."""
        page = self.canv.getPageNumber()
        return str(page - self.front_pages) if self.front_pages else ROMAN[page]

    def afterFlowable(self, flowable: Flowable) -> None:
        """Give every heading its bookmark and its line in the table of contents."""
        depth, words = getattr(flowable, "opens", (0, ""))
        if not depth:
            return
        self.depths = [*(d for d in self.depths if d < depth), depth]
        level, key = len(self.depths) - 1, f"heading-{self.marks}"
        self.marks += 1
        self.canv.bookmarkPage(key)
        if depth == 1:
            self.part = words
        if self.text.has("outline"):
            self.canv.addOutlineEntry(words, key, level, closed=level > 0)
        self.notify("TOCEntry", (level, escape(words), int(self.page_label()), key))


def draw_head(canv: Any, book: Book) -> None:
    """Number the pages of the law from one, and say above the rule what is being read."""
    if not book.front_pages:
        book.front_pages = canv.getPageNumber() - 1
        if book.text.has("labels"):
            canv.addPageLabel(0, style="ROMAN_LOWER", start=1)
            canv.addPageLabel(book.front_pages, style="ARABIC", start=1)
    if not book.text.has("header"):
        return
    left, right = book.leftMargin, book.pagesize[0] - book.rightMargin
    y = book.pagesize[1] - book.leftMargin * 0.82
    font, size = f"{book.text.font} Italic", book.size * 0.8
    canv.setFont(font, size)
    canv.drawString(left, y, book.text.title)
    room = right - left - pdfmetrics.stringWidth(book.text.title, font, size) - 20
    part = book.part
    while pdfmetrics.stringWidth(part, font, size) > room:
        part = part.removesuffix(" …").rpartition(" ")[0] + " …"
    canv.drawRightString(right, y, part)
    canv.setLineWidth(0.4)
    canv.line(left, y - 4, right, y - 4)


def draw_foot(canv: Any, book: Book) -> None:
    """Draw the notes of each column, then the number of the page."""
    for column in book.pageTemplate.frames:
        if isinstance(column, NotedFrame):
            column.draw_notes(canv)
    canv.setFont(f"{book.text.font} Regular", book.size * 0.85)
    canv.drawCentredString(book.pagesize[0] / 2, book.leftMargin * 0.6, book.page_label())


def make_sample(text: Text, folder: Path) -> Path:
    """Typeset one law into `folder`."""
    setter, path = Typesetter(text), folder / f"{text.name}.pdf"
    book = Book(text, path)
    book.multiBuild([*setter.front(), *setter.body()])
    return path


def toolchain() -> dict[str, str]:
    """What else the bytes of a sample depend on."""
    return {"reportlab": reportlab.__version__, "zlib": zlib.ZLIB_RUNTIME_VERSION}


def describe(texts: list[Text]) -> str:
    """samples.json: every law with its language, source and status."""
    keys = ("title", "subtitle", "lang", "source", "status", "font", "features")
    laws = {f"{t.name}.pdf": {key: t.meta[key] for key in keys} for t in texts}
    about = {"made_with": toolchain(), "documents": laws}
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Typeset the texts named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SAMPLES)
    parser.add_argument("names", nargs="*", help="texts to typeset, without .txt (default: all)")
    args = parser.parse_args()
    texts = [read_text(path) for path in law_files()]
    if unknown := set(args.names) - {text.name for text in texts}:
        parser.error(f"there is no text called {', '.join(sorted(unknown))}")
    args.out.mkdir(parents=True, exist_ok=True)
    for text in texts:
        if not args.names or text.name in args.names:
            print(make_sample(text, args.out).name)
    if not args.names:
        (args.out / "samples.json").write_text(describe(texts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
