"""From everything that an engine complains about to what somebody must mend."""

from collections.abc import Hashable, Iterable, Sequence

from compiler.foundation.json_data import Json, Pointer, as_list
from compiler.json_schema.engine import Fault
from compiler.json_schema.registry import Documents

_EXPECTS = "x-modelyard-expects"
_ABOUT_ONE_VALUE = (
    "false", "type", "const", "enum", "format", "pattern", "anyOf", "oneOf", "minLength", "maxLength", "minimum",
    "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "contentEncoding", "contentMediaType",
)  # fmt: skip
"""Of these one place needs one message: the first."""


def settled(faults: Iterable[Fault], documents: Documents) -> list[Fault]:
    """The faults that are causes: alternatives replaced by the one that was meant, consequences dropped."""
    chosen = [one for fault in faults for one in (_meant(fault, documents) if fault.branches else (fault,))]
    return _causes(_evaluated(_each_once(chosen), documents))


def _each_once(faults: Iterable[Fault]) -> list[Fault]:
    """Of faults that look the same to a reader the one that no order of evaluation decides."""
    kept: dict[Hashable, Fault] = {}
    for fault in faults:
        other = kept.get(fault.identity)
        kept[fault.identity] = fault if other is None else min(fault, other, key=lambda one: repr(one.node))
    return list(kept.values())


def _meant(fault: Fault, documents: Documents) -> Sequence[Fault]:
    """What is wrong with the alternative that the author had in mind."""
    branches = [settled(branch, documents) for branch in fault.branches]
    if not all(branches):
        return (fault,)  # more than one alternative holds
    shaped = [branch for branch in branches if not _has(branch, fault.pointer, ("type", "false"))]
    if not shaped:
        return _any_type(fault, branches)
    named = [branch for branch in shaped if not _discriminators(fault.pointer, branch)]
    if not named:
        return _any_name(fault, shaped) or min(shaped, key=len)
    return named[0] if len(named) == 1 else _nearest(fault, named)


def _nearest(fault: Fault, branches: list[list[Fault]]) -> Sequence[Fault]:
    if all(one.pointer == fault.pointer and not one.names for branch in branches for one in branch):
        return (fault,)  # alternative spellings of one value: only the whole says what was expected
    everywhere = set.intersection(*({one.identity for one in branch} for branch in branches))
    if everywhere:
        return [one for one in branches[0] if one.identity in everywhere]
    if all(len(branch) == 1 and _is_missing(branch[0], fault.pointer) for branch in branches):
        return (fault,)  # one of several keys is wanted
    return min(branches, key=len)


def _any_type(fault: Fault, branches: list[list[Fault]]) -> Sequence[Fault]:
    """One fault that offers the types of all the alternatives; null says only that the value may be left out."""
    wrong = [one for branch in branches for one in branch if one.keyword == "type" and _types(one) != ["null"]]
    if len(wrong) == 1 and _EXPECTS not in fault.node:
        return wrong
    types: list[Json] = [name for one in wrong for name in _types(one)]
    if not types:
        return [Fault(fault.pointer, "false", {})]
    described = {_EXPECTS: fault.node[_EXPECTS]} if _EXPECTS in fault.node else {}
    return [Fault(fault.pointer, "type", {"type": types, **described})]


def _any_name(fault: Fault, branches: list[list[Fault]]) -> Sequence[Fault]:
    """One fault that offers what each of the alternatives takes at the place that tells them apart."""
    places = set.intersection(*({one.pointer for one in _discriminators(fault.pointer, branch)} for branch in branches))
    merged = []
    for place in sorted(places, key=str):
        wrong = [one for branch in branches for one in branch if one.pointer == place]
        options: list[Json] = [option for one in wrong for option in _options(one)]
        merged.append(Fault(place, "enum", {"enum": [one for i, one in enumerate(options) if one not in options[:i]]}))
    return merged


def _discriminators(pointer: Pointer, branch: Sequence[Fault]) -> list[Fault]:
    depth = len(pointer) + 1
    return [one for one in branch if one.keyword in {"const", "enum"} and len(one.pointer) == depth]


def _options(fault: Fault) -> Sequence[Json]:
    return [fault.node["const"]] if "const" in fault.node else as_list(fault.node.get("enum"))


def _types(fault: Fault) -> list[str]:
    types = fault.node.get("type")
    return [types] if isinstance(types, str) else [str(name) for name in as_list(types)]


def _is_missing(fault: Fault, pointer: Pointer) -> bool:
    return fault.keyword == "required" and fault.pointer == pointer


def _has(faults: Iterable[Fault], pointer: Pointer, keywords: Sequence[str]) -> bool:
    return any(fault.pointer == pointer and fault.keyword in keywords for fault in faults)


def _evaluated(faults: list[Fault], documents: Documents) -> list[Fault]:
    """Without keys that are left over only because the part that knows them failed for another reason."""
    out = []
    for fault in faults:
        names = fault.names
        if fault.keyword == "unevaluatedProperties" and _others(fault, faults):
            declared = documents.declared(fault.node)
            names = tuple(name for name in names if name not in declared)
            if not names:
                continue
        out.append(Fault(fault.pointer, fault.keyword, fault.node, names, fault.branches))
    return out


def _others(fault: Fault, faults: list[Fault]) -> bool:
    depth = len(fault.pointer)
    return any(one is not fault and one.pointer[:depth] == fault.pointer for one in faults)


def _causes(faults: list[Fault]) -> list[Fault]:
    """Without what lies below a wrong type, and with one fault where several speak of the same value."""
    first: dict[Pointer, Fault] = {}
    for fault in faults:
        if _about_one_value(fault):
            first[fault.pointer] = min(first.get(fault.pointer, fault), fault, key=_rank)
    closed = {fault.pointer for fault in first.values() if fault.keyword in {"type", "false"}}
    return [fault for fault in faults if _is_cause(fault, first, closed)]


def _is_cause(fault: Fault, first: dict[Pointer, Fault], closed: set[Pointer]) -> bool:
    if closed and any(fault.pointer[:depth] in closed for depth in range(len(fault.pointer))):
        return False
    if fault.pointer in closed:
        return fault is first[fault.pointer]
    return not _about_one_value(fault) or fault is first[fault.pointer]


def _about_one_value(fault: Fault) -> bool:
    return fault.keyword in _ABOUT_ONE_VALUE and not any(one.names for branch in fault.branches for one in branch)


def _rank(fault: Fault) -> tuple[int, str]:
    return (_ABOUT_ONE_VALUE.index(fault.keyword), repr(fault.node))
