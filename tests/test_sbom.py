"""The bill of materials names every package, and no licence gets by that is not on the list."""

from __future__ import annotations

import importlib.util
import json
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "packaging" / "sbom.py"


@pytest.fixture(scope="module")
def sbom():
    """The script; its folder is no package, and another one has its name."""
    described = importlib.util.spec_from_file_location("legaldesk_sbom", SCRIPT)
    module = importlib.util.module_from_spec(described)
    sys.modules[described.name] = module
    described.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def listed(sbom):
    return json.loads(sbom.LIST.read_text(encoding="utf-8"))


def plant(folder: Path, name: str, *lines: str):
    """A distribution of this name with these lines of metadata."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    head = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines]
    (info / "METADATA").write_text("\n".join(head) + "\n")
    return distributions(path=[str(folder)])


def test_every_licence_of_this_environment_is_on_the_list(sbom, listed):
    parts = sbom.parts_of(distributions(), listed["known"])

    assert sbom.problems(parts, listed["allowed"]) == []
    shipped = {part.name for part in parts if part.shipped}
    assert {"legaldesk", "pyside6-essentials", "torch", "pypdfium2", "cryptography"} <= shipped
    assert not {"pytest", "mypy", "cyclonedx-python-lib"} & shipped


@pytest.mark.parametrize(
    "line",
    [
        "License-Expression: AGPL-3.0-or-later",
        "License-Expression: MIT AND GPL-2.0-only",
        "License-Expression: GPL-3.0-only OR AGPL-3.0-only",
        "License-Expression: GPL-3.0-or-later WITH Bison-exception-2.2",
        "License: GPL-3.0-only",
        "License: see the file",
        "License: BSD",
        "Classifier: License :: OSI Approved :: GNU Affero General Public License v3",
        "Classifier: License :: OSI Approved :: BSD License",
        "Summary: It says nothing of it",
    ],
)
def test_a_planted_package_that_may_not_be_there_is_caught(sbom, listed, tmp_path, line):
    parts = sbom.parts_of(plant(tmp_path, "planted", line), listed["known"])

    [problem] = sbom.problems(parts, listed["allowed"])
    assert problem.startswith("planted: ")


@pytest.mark.parametrize(
    ("line", "licence"),
    [
        ("License-Expression: LGPL-3.0-only OR GPL-3.0-only", "LGPL-3.0-only OR GPL-3.0-only"),
        ("License-Expression: mit", "mit"),
        ("License: Apache 2.0", "Apache-2.0"),
        ("Classifier: License :: OSI Approved :: MIT License", "MIT"),
        (
            "License-Expression: MIT AND (BSD-3-Clause OR AGPL-3.0-only)",
            "MIT AND (BSD-3-Clause OR AGPL-3.0-only)",
        ),
    ],
)
def test_a_planted_package_that_may_be_there_passes(sbom, listed, tmp_path, line, licence):
    parts = sbom.parts_of(plant(tmp_path, "planted", line), listed["known"])

    assert [part.licence for part in parts] == [licence]
    assert sbom.problems(parts, listed["allowed"]) == []


def test_the_script_writes_the_bill_and_fails_for_a_planted_package(
    sbom, tmp_path, monkeypatch, capsys
):
    monkeypatch.syspath_prepend(str(tmp_path))
    plant(tmp_path, "planted", "License-Expression: AGPL-3.0-or-later")

    status = sbom.main([str(tmp_path / "bill.json")])

    assert status == 1
    assert "planted: AGPL-3.0-or-later" in capsys.readouterr().err
    bill = json.loads((tmp_path / "bill.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "legaldesk"
    named = {each["name"]: each for each in bill["components"]}
    assert named["planted"]["licenses"] == [{"expression": "AGPL-3.0-or-later"}]
    assert named["torch"]["purl"].startswith("pkg:pypi/torch@")
    needs = {each["ref"].split("@")[0]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert any(each.startswith("torch@") for each in needs["legaldesk"])


def test_a_wish_for_help_is_no_file_to_write(sbom, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit):
        sbom.main(["--help"])

    assert "every licence" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
