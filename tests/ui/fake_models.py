"""The models of the invented office: a catalogue, what is installed, and a slow switch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from legaldesk.core.errors import ModelProblem
from legaldesk.core.models import (
    CatalogueEntry,
    Device,
    DeviceReport,
    GenerationInfo,
    GenerationState,
    InstalledModel,
    LanguageGap,
    ModelsOverview,
    Prompts,
    RerankerInfo,
)
from legaldesk.core.progress import Progress
from legaldesk.workers.job import Job

GB = 1_000_000_000
MINI, BGE, BOE, E5 = "all-MiniLM-L6-v2", "bge-m3", "bge-m3-spanish-boe-qa", "multilingual-e5-base"
WIDTHS = (1024, 768, 512, 256, 128, 64)
LIVE, BUILDING, KEPT = GenerationState

CATALOGUE = (
    CatalogueEntry(
        MINI, "", "", ("en",), "apache-2.0", False, 91_346_859, (384,), 256, Prompts(),
        "English documents on any computer. It comes with LegalDesk, is small and fast, and was "
        "not made for legal text.",
    ),
    CatalogueEntry(
        BGE, "BAAI/bge-m3", "", (), "mit", False, 2_288_165_376, (1024,), 8192, Prompts(),
        "Documents in many languages and long passages. It is large: a graphics card helps.",
    ),
    CatalogueEntry(
        E5, "intfloat/multilingual-e5-base", "", (), "mit", False, 1_112_201_288, (768,), 512,
        Prompts("query: ", "passage: "), "Documents in many languages, at half the size of bge-m3.",
    ),
    CatalogueEntry(
        BOE, "littlejohn-ai/bge-m3-spanish-boe-qa", "BAAI/bge-m3", ("es",), "apache-2.0", True, 0,
        WIDTHS, 8192, None, "Spanish law: trained on questions about the official gazette (BOE).",
    ),
    CatalogueEntry(
        "bge-semantic-bmf-matryoshka", "akot/bge-semantic-bmf-matryoshka", "BAAI/bge-m3", ("de",),
        "", False, 2_288_000_000, WIDTHS[1:], 1024, None,
        "German tax law: trained on letters of the Federal Ministry of Finance (BMF).",
    ),
)  # fmt: skip

BUNDLED = InstalledModel(
    MINI, "bundled", "53aa51172d142c89", 384, (384,), 256, Prompts(), ("en",), "apache-2.0",
    91_346_859,
)  # fmt: skip
OURS = InstalledModel(
    "our-first-model", "folder", "91c0ffee91c0ffee", 1024, WIDTHS, 512,
    Prompts("query: ", "passage: "), (), "", 2_290_000_000,
)  # fmt: skip
CPU = Device("cpu", "Processor", 9 * GB, 16 * GB, "fp32")
CARD = Device("cuda:0", "NVIDIA RTX A2000", 10 * GB, 12 * GB, "bf16")
NOTE = (
    "The graphics card NVIDIA RTX A2000 cannot be used by the installed PyTorch. To use it, close "
    "LegalDesk and run: python -m pip install torch --index-url https://download.pytorch.org/whl/x"
)


def from_catalogue(entry: CatalogueEntry) -> InstalledModel:
    """What a fetch of this entry leaves on the computer."""
    return InstalledModel(
        entry.name, f"hub:{entry.repo}@5617a9f", f"id-{entry.name}", entry.dimensions[0],
        entry.dimensions, entry.token_limit, entry.prompts or Prompts(), entry.languages,
        entry.licence, entry.size or 2 * GB,
    )  # fmt: skip


def generation(number: int, model: InstalledModel, state: GenerationState, **changes: object):
    """Vectors of a model over 4,004 passages."""
    plain = GenerationInfo(
        number, state, model.name, model.identity, model.dimension, model.dimension, model.prompts,
        model.token_limit, "fp32", 4004, 4004, 0, 24_000_000, "2026-03-14T09:26:53",
    )  # fmt: skip
    return replace(plain, **changes)


@dataclass
class ModelOffice:
    """The requests about models. Steer it by its fields; ``gate`` holds a fetch half way."""

    catalogue: tuple[CatalogueEntry, ...] = CATALOGUE
    installed: list[InstalledModel] = field(default_factory=lambda: [BUNDLED])
    generations: list[GenerationInfo] = field(
        default_factory=lambda: [generation(1, BUNDLED, LIVE)]
    )
    gaps: tuple[LanguageGap, ...] = ()
    device: DeviceReport = DeviceReport("auto", "cpu", (CPU,))
    token: str = ""
    keyring: str = ""
    refusing: Exception | None = None
    reranker: RerankerInfo | None = None

    def list_models(self) -> Job:
        return self._job("list_models", lambda _: self.overview())

    def overview(self) -> ModelsOverview:
        if self.failing:
            raise self.failing
        return ModelsOverview(
            self.catalogue, tuple(self.installed), tuple(self.generations), self.gaps,
            self.device, bool(self.token), self.keyring, self.reranker,
        )  # fmt: skip

    # ------------------------------------------------------------ getting and deleting

    def add_model(self, source: str, name: str = "") -> Job:
        return self._job("add_model", lambda report: self._fetch(report, source), source)

    def _fetch(self, report, source: str) -> InstalledModel:
        entry = next((each for each in self.catalogue if each.repo == source), None)
        total = (entry.size if entry else 0) or 2 * GB
        report(Progress("fetching", total // 2, total, "bytes", 12.4e6, 92.0))
        while self.gate is not None and not self.gate.wait(0.01):
            report(Progress("fetching", total // 2, total, "bytes", 12.4e6, 92.0))
        if self.refusing is not None:
            raise self.refusing
        if entry is not None and entry.gated and self.token != "hf_right":
            raise ModelProblem(
                f"{entry.repo} is given only to those who have accepted its terms on "
                "huggingface.co. Accept them there, and give LegalDesk your token."
            )
        model = from_catalogue(entry) if entry is not None else replace(OURS, name=source[-8:])
        self.installed.append(model)
        return model

    def remove_model(self, name: str) -> Job:
        def work(_) -> None:
            self.installed = [each for each in self.installed if each.name != name]

        return self._job("remove_model", work, name)

    def set_hub_token(self, token: str) -> Job:
        def work(_) -> None:
            self.token = token

        return self._job("set_hub_token", work, token)

    # ------------------------------------------------------------ using

    def use_model(self, name: str, prompts: Prompts | None = None, dimension: int = 0) -> Job:
        def work(_) -> GenerationInfo:
            model = next(each for each in self.installed if each.name == name)
            made = generation(
                len(self.generations) + 1, model, BUILDING, with_vectors=0,
                prompts=model.prompts if prompts is None else prompts,
                used_dimension=dimension or model.dimension, precision="",
            )  # fmt: skip
            self.generations.append(made)
            return made

        return self._job("use_model", work, name, prompts, dimension)

    def advance(self, done: int) -> None:
        """So many passages of what is being prepared are ready."""
        self._turn(BUILDING, with_vectors=done)

    def finish(self) -> None:
        """Every passage is ready: the switch."""
        self._turn(LIVE, state=KEPT, previous=True)
        self._turn(BUILDING, state=LIVE, with_vectors=4004, precision="fp32")

    def stop_switch(self) -> Job:
        return self._job("stop_switch", lambda _: self._turn(BUILDING, state=KEPT))

    def go_back(self) -> Job:
        def work(_) -> None:
            old = next(each for each in self.generations if each.previous)
            new = next(each for each in self.generations if each.state is LIVE)
            others = [each for each in self.generations if each not in (old, new)]
            self.generations = [
                *others, replace(old, state=LIVE, previous=False),
                replace(new, state=KEPT, previous=True),
            ]  # fmt: skip

        return self._job("go_back", work)

    def prune_generation(self, number: int) -> Job:
        def work(_) -> None:
            self.generations = [each for each in self.generations if each.id != number]

        return self._job("prune_generation", work, number)

    def _turn(self, which: GenerationState, **changes: object) -> None:
        self.generations = [
            replace(each, **changes) if each.state is which else each for each in self.generations
        ]

    def set_device(self, wanted: str) -> Job:
        def work(_) -> None:
            self.device = replace(self.device, wanted=wanted)

        return self._job("set_device", work, wanted)

    # ------------------------------------------------------------ ordering once more

    def use_reranker(self, folder: str) -> Job:
        def work(_) -> RerankerInfo:
            if self.refusing is not None:
                raise self.refusing
            name = folder.rpartition("/")[2]
            self.reranker = RerankerInfo(name, folder, 91_000_000, 512)
            return self.reranker

        return self._job("use_reranker", work, folder)

    def turn_off_reranker(self) -> Job:
        def work(_) -> None:
            self.reranker = None

        return self._job("turn_off_reranker", work)
