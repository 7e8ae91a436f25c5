"""The compiler names nothing that it renders: emitters, kinds of objects and templates belong to `templates/` alone."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import compiler
from compiler.foundation.resources import shipped_folder
from compiler.report import REPORTERS
from compiler.templating.encoders import ENCODERS

PACKAGE = Path(compiler.__file__).parent
KIND = re.compile(r"^kind: *[\"']?([A-Za-z]+)", re.MULTILINE)


def ids(templates: Path) -> frozenset[str]:
    """Names of the folders that describe themselves; no other test lets an id differ from its folder."""
    return frozenset(path.parent.name for path in templates.rglob("emitter.yaml"))


TERMS = frozenset({"SLO", "SLI"})
"""Words of the field, and of our own language, that OpenSLO has for kinds, too."""


def kinds(templates: Path) -> frozenset[str]:
    """What stands after `kind:` at the margin of a template."""
    return frozenset(kind for path in templates.rglob("*.j2") for kind in KIND.findall(path.read_text("utf-8"))) - TERMS


def files(templates: Path) -> frozenset[str]:
    return frozenset(path.name for path in templates.rglob("*.j2"))


@cache
def patterns(templates: Path) -> Mapping[str, re.Pattern[str]]:
    """What to look for; part of a longer name, such as a label's or a keyword's, is another word."""
    return {
        "emitter": _any_of(ids(templates), r"(?<![\w./-])", r"(?![\w/-]|\.\w)"),
        "kind": _any_of(kinds(templates), r"\b", r"\b"),
        "template": _any_of(files(templates), r"(?<![\w-])", ""),
    }


# A format of reports, and a language that encoders know, may be called as the CI server is that reads them: there the word is theirs.
HOMONYMS = {
    "report/": frozenset(REPORTERS),
    "cli/_shared/choices.py": frozenset(REPORTERS),
    "templating/encoders.py": frozenset(ENCODERS),
}


def _any_of(words: frozenset[str], before: str, after: str) -> re.Pattern[str]:
    return re.compile(f"{before}(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))}){after}")


def offenders(sources: Mapping[str, str], templates: Path) -> Iterator[str]:
    for path, text in sources.items():
        for number, line in enumerate(text.splitlines(), 1):
            for description, pattern in patterns(templates).items():
                for name in pattern.findall(line):
                    if not (
                        description == "emitter"
                        and any(path.startswith(where) and name in known for where, known in HOMONYMS.items())
                    ):
                        yield f"{path}:{number}: the {description} {name!r}"


def sources() -> dict[str, str]:
    return {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}


def test_the_compiler_names_nothing_that_it_renders() -> None:
    found = list(offenders(sources(), shipped_folder("templates")))
    assert not found, "\n".join(["these belong to templates/:", *found])


def test_names_are_read_from_the_shipped_templates() -> None:
    templates = shipped_folder("templates")
    assert len(ids(templates)) > 2
    assert len(kinds(templates)) > 5
    assert len(files(templates)) > 10


@pytest.mark.parametrize("word", ["id", "kind", "template"])
def test_a_name_in_the_compiler_is_found(word: str) -> None:
    templates = shipped_folder("templates")
    for name in {"id": ids, "kind": kinds, "template": files}[word](templates):
        mutated = {"render/render_stage.py": f'if found == "{name}":\n    return\n'}
        assert list(offenders(mutated, templates))


@pytest.mark.parametrize("folder", HOMONYMS)
def test_a_format_and_a_language_may_be_called_as_a_ci_server_is_and_nothing_else_may(folder: str) -> None:
    templates = shipped_folder("templates")
    shared_ids = ids(templates) & HOMONYMS[folder]
    assert shared_ids, "else nothing has to be let through"
    text = "".join(f'x = "{name}"\n' for name in shared_ids)
    path = f"{folder}outputs.py" if folder.endswith("/") else folder
    assert list(offenders({path: text}, templates)) == []
    assert len(
        list(offenders({"cli/run.py": text, "render/renderer.py": text, "plan/plan.py": text}, templates))
    ) == 3 * len(shared_ids)


def test_part_of_a_longer_name_is_another_word() -> None:
    longer = "".join(f"x-{name}-y app.{name}.io a/{name}/b {name}_z\n" for name in ids(shipped_folder("templates")))
    longer += "".join(f"{kind}s My{kind}\n" for kind in kinds(shipped_folder("templates")))
    assert list(offenders({"names.py": longer}, shipped_folder("templates"))) == []


def test_names_of_ours_stand_in_one_file() -> None:
    """Labels, annotations and series are constants of `plan/conventions.py`, which templates receive; no other module spells one."""
    own_name = re.compile(r"\bmodelyard(?:/[a-z]|_[a-z])(?!1\b)")
    templates = [
        path for path in shipped_folder("templates").rglob("*") if path.suffix == ".j2" or path.name == "emitter.yaml"
    ]
    names = [
        f"{path.name}: {line}"
        for path in templates
        for line in path.read_text("utf-8").splitlines()
        if own_name.search(line)
    ]
    assert [line for line in names if "branch=" not in line] == []
    expected_files = {
        name: text
        for name, text in sources().items()
        if name.startswith(("plan/", "render/", "templating/")) and name != "plan/conventions.py"
    }
    spelled = [name for name, text in expected_files.items() if re.search(r'"modelyard_[a-z]|"modelyard/(?!v1)', text)]
    assert spelled == []
