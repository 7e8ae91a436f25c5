"""Rego, by regorus: decisions compile, stand where the spec says, and pass their tests."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.execution.source_tests import rego_ast
from compiler.execution.source_tests.comparison import wrong
from compiler.execution.source_tests.data_files import read
from compiler.execution.source_tests.worker_protocol import (
    Doing,
    Engine,
    Job,
    Kind,
    Remark,
    at_line,
    in_data,
    in_source,
)
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest

_PLACE = re.compile(r"^-->\s*(?P<file>[^\n]+):(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_ERROR = re.compile(r"^error: (?P<text>.+)$", re.MULTILINE)
_OPA_GOES_ON = re.compile(r"divide by zero|modulo by zero|expects .*argument|could not parse")
"""What stops regorus, and is undefined in OPA: openpolicyagent.org/docs/policy-language, "Errors"."""
_NO_FUNCTION = "could not find function "
_OPA_ALONE = ("crypto.", "graphql.", "io.jwt.", "providers.", "rego.", "strings.render_template")
"""Functions that OPA has (openpolicyagent.org/docs/policy-reference/builtins) and regorus has not."""
_REACHING = frozenset({"http.send", "net.lookup_ip_addr", "opa.runtime"})
"""Functions of OPA whose answer is made outside of what was reviewed: by a server, a resolver, the environment."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """An engine with all files in it, and what they say."""

    regorus: Any
    modules: Mapping[str, Object]
    data: Mapping[str, Object]

    def ask(self, path: rego_ast.Path, question: Json = None) -> Json:
        """What the rule at the path says, `None` where it is undefined; raises `RuntimeError`."""
        self.regorus.set_input_json(json.dumps(question))
        query = "data" + "".join(f"[{json.dumps(part)}]" for part in path)
        answer = as_list(json.loads(self.regorus.eval_query_as_json(query)).get("result"))
        return as_object(as_list(as_object(answer[0])["expressions"])[0])["value"] if answer else None

    def rules(self) -> Iterator[tuple[str, rego_ast.Named]]:
        """Each rule, with the file that it stands in."""
        for file, module in self.modules.items():
            for rule in rego_ast.rules(module):
                yield file, rule


def _run(job: Job, at: Doing) -> Iterator[Remark]:
    loaded = _loaded(job, at)
    if isinstance(loaded, Remark):
        yield loaded
        return
    yield from _reaching(loaded)
    for judge in (_conflicts(loaded), _entrypoint(job, loaded, at), _tests(loaded, at, _rego_tests(job))):
        for remark in judge:
            yield remark
            if remark.kind is Kind.BROKEN:
                return  # the rest would follow from it
    yield from _cases(job, loaded, at)


def _rego_tests(job: Job) -> tuple[str, ...]:
    return tuple(name for name in job.named("tests") if name.endswith(".rego"))


def _loaded(job: Job, at: Doing) -> _Loaded | Remark:
    """The files in an engine, or why one cannot be loaded."""
    from regorus import Engine as Regorus  # type: ignore[import-untyped]

    regorus: Any = Regorus()
    regorus.set_gather_prints(True)
    data: dict[str, Object] = {}
    for name in dict.fromkeys((*job.named("files"), *_rego_tests(job))):
        at(name)
        try:
            if name.endswith(".rego"):
                regorus.add_policy(name, job.text(name))
                continue
            held = _data(name, job)
            if isinstance(held, Remark):
                return held
            data[name] = held
            regorus.add_data_json(json.dumps(held))
        except RuntimeError as error:
            return _mistake(error, name)
    modules = json.loads(regorus.get_ast_as_json())
    named = {as_str(as_object(module["source"])["file"]): as_object(module["ast"]) for module in modules}
    return _Loaded(regorus, named, data)


def _data(name: str, job: Job) -> Object | Remark:
    found = read(job.content(name), name)
    for finding in found.findings:
        place = finding.place
        line, column = (place.line, place.column) if place else (1, 1)
        return Remark(Kind.BROKEN, finding.message, at_line(name, line, column))
    if not isinstance(found.value, Mapping):
        return Remark(Kind.BROKEN, f"`{name}` holds no map, and OPA loads data by its keys", at_line(name))
    return found.value


def _mistake(error: RuntimeError, file: str) -> Remark:
    """What regorus says, where it says that it stands."""
    said = str(error).split("\n\nStack backtrace", 1)[0]
    text = (_ERROR.search(said) or {"text": said.strip().split("\n", 1)[0]})["text"]
    place = _PLACE.search(said)
    spot = at_line(place["file"], int(place["line"]), int(place["column"])) if place else at_line(file)
    function = text.removeprefix(_NO_FUNCTION)
    if function != text and function.startswith(_OPA_ALONE):
        message = f"`{function}` is a function of OPA that is not to be had here, so that nothing was tested"
        return Remark(Kind.NOT_RUN, message, spot, "run `opa test` on the files in the pipeline")
    if _OPA_GOES_ON.search(text):
        message = f"{text}: tests that come by here are not decided; OPA goes on with what is undefined"
        return Remark(Kind.WRONG, message, spot, "ask for what it needs before it, such as `is_number(input.amount)`")
    return Remark(Kind.BROKEN, text, spot)


def _reaching(loaded: _Loaded) -> Iterator[Remark]:
    for file, module in loaded.modules.items():
        for call in rego_ast.calls(module):
            name = ".".join(call.path)
            if name in _REACHING:
                message = f"`{name}` asks for what nobody reviewed, and it differs from place to place"
                yield Remark(Kind.REACHES_OUT, message, at_line(file, call.line, call.column))


def _conflicts(loaded: _Loaded) -> Iterator[Remark]:
    """Data where a rule stands: OPA refuses to start with the two."""
    for name, data in loaded.data.items():
        for file, rule in loaded.rules():
            held: Json = data
            for part in rule.path:
                held = as_object(held).get(part) if isinstance(held, Mapping) else None
            if held is not None:
                message = f"`{'.'.join(rule.path)}` is a rule of `{file}` as well"
                yield Remark(Kind.BROKEN, message, in_data(name, *rule.path), "name one of the two otherwise")


def _entrypoint(job: Job, loaded: _Loaded, at: Doing) -> Iterator[Remark]:
    asked = job.source.get("entrypoint")
    if not isinstance(asked, str):
        return
    path = _split(asked)
    known = {rule.path: file for file, rule in loaded.rules() if file in job.named("files")}
    holds = next((file for rule, file in known.items() if rule[: len(path)] == path), None)
    if holds is None:
        near = nearest(asked, ("/".join(rule) for rule in sorted(known)))
        message = f"no file has a rule `{asked}`"
        yield Remark(Kind.DISAGREES, message, in_source("entrypoint"), f"did you mean `{near}`?" if near else None)
        return
    at(holds)
    try:
        loaded.ask(path, {})
    except RuntimeError as error:
        remark = _mistake(error, holds)
        if remark.kind is not Kind.WRONG:  # an empty question is none that anybody asks
            yield remark


def _split(path: str) -> rego_ast.Path:
    return tuple(path.replace(".", "/").split("/"))


def _tests(loaded: _Loaded, at: Doing, files: tuple[str, ...]) -> Iterator[Remark]:
    """Each rule whose name begins with `test_`, as `opa test` runs them: it holds, or the test fails."""
    for file in files:
        at(file)
        tests = {rule.path: rule for rule in rego_ast.rules(loaded.modules[file]) if rule.path[-1].startswith("test_")}
        if not tests:
            message = f"`{file}` has no rule whose name begins with `test_`, so that it tests nothing"
            yield Remark(Kind.DOUBTFUL, message, at_line(file))
        for path, rule in tests.items():
            try:
                holds = loaded.ask(path) is True
            except RuntimeError as error:
                yield _mistake(error, file)
                continue
            if not holds:
                yield Remark(Kind.WRONG, f"the test `{path[-1]}` fails", at_line(file, rule.line, rule.column))


def _cases(job: Job, loaded: _Loaded, at: Doing) -> Iterator[Remark]:
    asked = job.source.get("entrypoint")
    for file, cases in job.cases.items():
        at(file)
        if not isinstance(asked, str):
            message = "cases ask a decision, and the spec names no `entrypoint`"
            yield Remark(Kind.DISAGREES, message, in_source("tests"), "add `entrypoint: <package>/<rule>`")
            return
        for index, case in enumerate(cases):
            try:
                found = wrong(case, loaded.ask(_split(asked), case["input"]))
            except RuntimeError as error:
                yield _mistake(error, file)
                continue
            if found is not None:
                pointer, message = found
                yield Remark(Kind.WRONG, message, in_data(file, index, "output", *pointer))


ENGINE = Engine(
    name="rego",
    title="the Rego engine (regorus)",
    takes=lambda _, source: source.get("engine") == "opa",
    run=_run,
    packages=("regorus",),
    tests="tests",
    cases=True,
    reads=(".rego",),
)
