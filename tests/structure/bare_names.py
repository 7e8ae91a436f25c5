"""Finds names that say nothing on their own: participles, pronouns, prepositions and adverbs used over many lines.

`python tests/structure/bare_names.py [FOLDER]` lists them; `test_bare_names.py` bounds their share.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PARTICIPLES = frozenset(
    """said told found made seen taken given known shown kept left lost held meant built drawn laid spelt written gone
    begun began chosen spoken hidden bound sent led bent thought taught caught brought worn grown thrown withdrawn
    undone done come came stood understood spent lent stuck won hung felt dealt unsaid untold unheard unseen unread
    unknown unshown unwritten missing pending matching running printing seeing asking telling doing having being going
    coming waiting reaching remaining following existing showing leading lacking standing concerning knowing differing
    failing fitting growing leaving entering losing burning looking holding spending""".split()  # noqa: SIM905 - words read best as text
)
PRONOUNS = frozenset(
    """one ones ours mine theirs its it they them he she we us who whom whose which what that this these those another
    other others each every either neither both any anything anyone all none nothing nobody some something somebody
    somewhere everything everywhere nowhere itself themselves own same such""".split()  # noqa: SIM905 - words read best as text
)
PREPOSITIONS_AND_ADVERBS = frozenset(
    """about above across after against along among around at before behind below beneath beside besides between beyond
    by despite down during except for from in inside into like near of off on onto out outside over past per since
    through throughout till to toward towards under until up upon with within without where when why how here there now
    then later soon again once twice also too only alone together apart alike away back elsewhere anywhere further
    instead otherwise already always never often still yet thus hence so even just lately early""".split()  # noqa: SIM905 - words read best as text
)
BARE = PARTICIPLES | PRONOUNS | PREPOSITIONS_AND_ADVERBS
NOUNS_IN_ED = frozenset("seed need feed speed bed embed weed breed deed shed sled uuid red".split())  # noqa: SIM905 - likewise
FEW_LINES = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = Function | ast.ClassDef | ast.Module | ast.Lambda


class Binding(NamedTuple):
    """A name, where it is bound, and over how many lines it is used; `lines` is 0 for what a whole module can see."""

    name: str
    path: Path
    line: int
    lines: int

    @property
    def is_bare(self) -> bool:
        """Whether the name alone says nothing, over more than a few lines."""
        return is_bare(self.name) and not 0 < self.lines <= FEW_LINES


def is_bare(name: str) -> bool:
    """Whether a name is one participle, pronoun, preposition or adverb."""
    word = name.strip("_").lower()
    if name.startswith("__") and name.endswith("__"):
        return False
    return word in BARE or (word.endswith("ed") and len(word) > 3 and "_" not in word and word not in NOUNS_IN_ED)


def bindings(path: Path) -> Iterator[Binding]:
    """Every name that a file binds: functions, classes, parameters, variables and attributes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from _of_scope(tree, path)


def _of_scope(scope: Scope, path: Path) -> Iterator[Binding]:
    is_local = isinstance(scope, Function | ast.Lambda)
    if isinstance(scope, Function | ast.Lambda):
        extent = (scope.end_lineno or 0) - scope.lineno + 1
        for parameter in _parameters(scope.args):
            yield Binding(parameter.arg, path, parameter.lineno, extent)
    last_use = {
        name.id: name.lineno
        for name in sorted(_names(scope), key=lambda name: name.lineno)
        if isinstance(name, ast.Name)
    }
    for node in _nodes(scope):
        match node:
            case ast.Name(ctx=ast.Store()):
                yield Binding(node.id, path, node.lineno, last_use[node.id] - node.lineno + 1 if is_local else 0)
            case ast.Attribute(ctx=ast.Store()):
                yield Binding(node.attr, path, node.lineno, 0)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield Binding(node.name, path, node.lineno, 0)
                yield from _of_scope(node, path)
            case ast.Lambda():
                yield from _of_scope(node, path)


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (parameter for parameter in (arguments.vararg, arguments.kwarg) if parameter)


def _names(scope: Scope) -> Iterator[ast.Name]:
    return (node for node in ast.walk(scope) if isinstance(node, ast.Name))


def _nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the scopes within it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, Function | ast.ClassDef | ast.Lambda):
            yield from _nodes(child)


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "compiler")
    every_binding = [binding for path in sorted(folder.rglob("*.py")) for binding in bindings(path)]
    bare = [binding for binding in every_binding if binding.is_bare]
    for binding in bare:
        print(f"{binding.path}:{binding.line} {binding.name}")  # noqa: T201 - a script that prints
    print(f"{len(bare)} of {len(every_binding)} bindings", file=sys.stderr)  # noqa: T201 - likewise
