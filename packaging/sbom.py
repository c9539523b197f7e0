"""Write what is in LegalDesk as a CycloneDX 1.6 bill of materials, and check every licence.

    python3 packaging/dev.py sbom [FILE]      FILE is build/legaldesk.cdx.json unless given

A licence is what the package's metadata says as an SPDX expression, else what licences.json
says of the package, else the metadata's older fields where they are clear. It must be on the
list there; of alternatives one must be. Exit status 1: something is not, and each is named.

Not promised: that a package says the truth of itself, or what a wheel holds beyond what its
metadata and licences.json name. What is only used to develop is marked as excluded; it is
checked like the rest.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.spdx import is_expression
from license_expression import ExpressionError, Licensing
from packageurl import PackageURL
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_name("licences.json")
PRODUCT = "legaldesk"

CLEAR = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Names that older metadata uses and that mean one licence; "BSD License" does not."""

_SPDX = Licensing()
_NAME = re.compile(r"[-_.]+")


@dataclass(frozen=True)
class Part:
    """An installed package; ``licence`` is an SPDX expression, or "" where it is not clear."""

    name: str
    version: str
    licence: str
    source: str
    needs: frozenset[str] = frozenset()
    shipped: bool = True


def main(arguments: Sequence[str]) -> int:
    """Write the bill and say what is wrong. Returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual = ROOT / "build" / "legaldesk.cdx.json"
    parser.add_argument("target", nargs="?", type=Path, default=usual, metavar="FILE")
    target: Path = parser.parse_args(arguments).target
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    parts = parts_of(distributions(), listed["known"])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(bill(parts), encoding="utf-8")
    wrong = problems(parts, listed["allowed"])
    shipped = sum(part.shipped for part in parts)
    print(f"{target}: {len(parts)} packages, {shipped} of them shipped")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def parts_of(found: Iterable[Distribution], known: Mapping[str, Mapping[str, str]]) -> list[Part]:
    """Every installed package once, by name."""
    installed: dict[str, Distribution] = {}
    for distribution in found:
        installed.setdefault(normal(distribution.metadata["Name"]), distribution)
    needs = _needs(installed)
    shipped = _reachable(needs)
    return [
        Part(name, each.version, *licence_of(each, known), needs[name], name in shipped)
        for name, each in sorted(installed.items())
    ]


def licence_of(
    distribution: Distribution, known: Mapping[str, Mapping[str, str]]
) -> tuple[str, str]:
    """The licence as an SPDX expression and where that is said; ("", "") where it is not clear."""
    metadata: Any = distribution.metadata
    entry = known.get(normal(metadata["Name"]))
    if entry is not None:
        return entry["licence"], entry["source"]
    if expression := metadata.get("License-Expression"):
        return expression, "License-Expression"
    written = (metadata.get("License") or "").strip()
    clear = CLEAR.get(written, written)
    if clear and is_expression(clear):
        return clear, "License"
    prefix = "License :: OSI Approved :: "
    classes = [each for each in metadata.get_all("Classifier") or [] if each.startswith(prefix)]
    names = {CLEAR.get(each.removeprefix(prefix), "") for each in classes}
    return (" AND ".join(sorted(names)), "Classifier") if names and all(names) else ("", "")


def problems(parts: Iterable[Part], allowed: Sequence[str]) -> list[str]:
    """A sentence for each package that may not be in the process."""
    found = []
    for part in parts:
        if part.name == PRODUCT:
            continue
        if not part.licence:
            found.append(f"{part.name}: its licence is not clear; look it up for licences.json")
        elif not is_allowed(part.licence, allowed):
            found.append(f"{part.name}: {part.licence} is not on the list in licences.json")
    return found


def is_allowed(expression: str, allowed: Sequence[str]) -> bool:
    """Whether the list allows an expression: all of what AND joins, one of what OR does."""
    try:
        parsed = _SPDX.parse(expression)
    except ExpressionError:
        return False
    return parsed is not None and _holds(parsed, {_key(each) for each in allowed})


def _holds(node: Any, allowed: set[str]) -> bool:
    if isinstance(node, _SPDX.AND):
        return all(_holds(each, allowed) for each in node.args)
    if isinstance(node, _SPDX.OR):
        return any(_holds(each, allowed) for each in node.args)
    return _key(str(node)) in allowed


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def bill(parts: Sequence[Part]) -> str:
    """The parts as CycloneDX 1.6 JSON, LegalDesk first and each with what it needs."""
    made = {part.name: _component(part) for part in parts}
    bom = Bom(components=[each for name, each in made.items() if name != PRODUCT])
    if PRODUCT in made:
        bom.metadata.component = made[PRODUCT]
    for part in parts:
        bom.register_dependency(made[part.name], [made[name] for name in sorted(part.needs)])
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _component(part: Part) -> Component:
    kind = ComponentType.APPLICATION if part.name == PRODUCT else ComponentType.LIBRARY
    return Component(
        type=kind,
        name=part.name,
        version=part.version,
        bom_ref=f"{part.name}@{part.version}",
        purl=PackageURL("pypi", name=part.name, version=part.version),
        scope=ComponentScope.REQUIRED if part.shipped else ComponentScope.EXCLUDED,
        licenses=[LicenseExpression(part.licence)] if part.licence else [],
        properties=[Property(name="legaldesk:licence-source", value=part.source or "unclear")],
    )


def _needs(installed: Mapping[str, Distribution]) -> dict[str, frozenset[str]]:
    """What each package needs of the others, with the extras that are asked of it."""
    extras: dict[str, set[str]] = {name: {""} for name in installed}
    found: dict[str, frozenset[str]] = {}
    before: dict[str, frozenset[str]] | None = None
    while found != before:
        before, found = found, {}
        for name, distribution in installed.items():
            wanted = [
                each
                for each in map(Requirement, distribution.requires or [])
                if each.marker is None
                or any(each.marker.evaluate({"extra": extra}) for extra in extras[name])
            ]
            for each in wanted:
                extras.get(normal(each.name), set()).update(each.extras)
            found[name] = frozenset(normal(each.name) for each in wanted) & installed.keys()
    return found


def _reachable(needs: Mapping[str, frozenset[str]]) -> set[str]:
    """What LegalDesk brings with it, whichever way."""
    found: set[str] = set()
    todo = [PRODUCT]
    while todo:
        name = todo.pop()
        if name in needs and name not in found:
            found.add(name)
            todo.extend(needs[name])
    return found


def normal(name: str) -> str:
    """A package's name as registries compare it."""
    return _NAME.sub("-", name).lower()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
