"""A group of commands that answers an unknown command with the closest one, or with the one that the word means elsewhere."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import click

from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match, quote_list

_NO_CLUSTER = (
    "Modelyard never connects to a cluster: `modelyard build` renders the files, `modelyard promote` changes the release of "
    "an environment, and `modelyard publish` commits the files for a GitOps controller"
)
_TESTS = "run `modelyard check --sources` for the tests of models, `modelyard policy test` for those of policies"


def _did_you_mean(words_by_command: Mapping[str, Iterable[str]]) -> Mapping[str, str]:
    return {word: f"did you mean `{command}`?" for command, words in words_by_command.items() for word in words}


HELP_BY_WORD: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "modelyard": {
            **_did_you_mean(
                {
                    "modelyard --help": ("help",),
                    "modelyard --version": ("version",),
                    "modelyard affected": ("changed", "changes"),
                    "modelyard build": ("compile", "gen", "generate", "manifests", "render", "synth", "template"),
                    "modelyard build --check": ("diff", "plan", "preview"),
                    "modelyard check": ("lint", "scan", "validate", "verify", "vet"),
                    "modelyard check --fix": ("fix", "fmt", "format"),
                    "modelyard explain": ("blame", "origin", "trace", "why"),
                    "modelyard graph": ("dag", "dependencies", "deps", "lineage"),
                    "modelyard init": ("bootstrap", "setup", "start"),
                    "modelyard inventory": ("list", "ls", "models", "search"),
                    "modelyard inventory MODEL": ("describe", "get", "info", "show", "view"),
                    "modelyard inventory due": ("deadlines", "due", "reviews"),
                    "modelyard new": ("add", "create", "scaffold"),
                    "modelyard new waiver": ("exempt", "waive", "waiver"),
                    "modelyard policy impact": ("impact",),
                    "modelyard policy list": ("packs", "policies"),
                    "modelyard publish": ("commit", "push", "ship"),
                    "modelyard records status": ("cards", "docs", "missing", "status"),
                    "modelyard retire": ("delete", "destroy", "remove", "rm"),
                    "modelyard rollback": ("revert", "undo"),
                    "modelyard run MODEL evaluate": ("eval", "evaluate"),
                    "modelyard run MODEL train": ("fit", "retrain", "train"),
                }
            ),
            **dict.fromkeys(("apply", "deploy", "release", "rollout", "sync"), _NO_CLUSTER),
            **dict.fromkeys(("test", "tests", "unittest"), _TESTS),
        },
        "modelyard policy": _did_you_mean(
            {
                "modelyard check": ("apply", "check", "eval", "run", "validate"),
                "modelyard new policy": ("add", "create", "init", "new"),
                "modelyard new waiver": ("exempt", "waive", "waiver"),
                "modelyard policy impact": ("affected", "diff", "preview"),
                "modelyard policy list": ("ls", "packs"),
                "modelyard policy show": ("describe", "explain", "get", "view"),
                "modelyard policy test": ("verify",),
            }
        ),
        "modelyard records": _did_you_mean(
            {
                "modelyard build": ("build", "generate", "render"),
                "modelyard records status": ("check", "list", "ls", "missing", "show"),
            }
        ),
    }
)
"""The help for words of kubectl, Helm, Terraform, dbt, ruff, OPA and git, by group and word."""


class SuggestingGroup(click.Group):
    """A group whose error for an unknown command says which command to use."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command; raises `UsageError` for an unknown one."""
        word = args[0]
        if not word.startswith("-") and self.get_command(ctx, word) is None:
            raise UsageError(f"there is no command `{ctx.command_path} {word}`", help=self._help_for(ctx, word))
        return super().resolve_command(ctx, args)

    def _help_for(self, ctx: click.Context, word: str) -> str:
        commands = self.list_commands(ctx)
        known_help = HELP_BY_WORD.get(ctx.command_path, {}).get(word.lower())
        if known_help is not None:
            return known_help
        match = closest_match(word, commands)
        return f"did you mean `{ctx.command_path} {match}`?" if match else f"use {quote_list(commands)}"
