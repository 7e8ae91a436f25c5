"""A fake `gh` with the commands that the workflows use: it records its requests in a file, and refuses other commands.

A call that the job's permissions do not allow is refused as GitHub refuses it.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path

STATE = Path(os.environ["GH_STATE"])
BOT = "github-actions[bot]"
MARK = "<!-- modelyard -->"
COMMENTS_QUERY = (
    '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("<!-- modelyard -->"))) | .id'
)


def main() -> int:
    if not os.environ.get("GH_TOKEN"):
        return report_refusal("set the GH_TOKEN environment variable")
    state = json.loads(STATE.read_text()) if STATE.exists() else {}
    for kind in ("issues", "comments", "pulls", "dispatched", "delivered"):
        state.setdefault(kind, [])
    words = sys.argv[1:]
    code = {"api": api, "run": runs, "workflow": workflow, "pr": pull, "issue": issue}[words[0]](state, words[1:])
    STATE.write_text(json.dumps(state, indent=1))
    return code


def has_permission(permission: str, level: str) -> bool:
    held = json.loads(os.environ["GH_PERMISSIONS"]).get(permission, "none")
    return held in {"write", level}


def report_refusal(why: str) -> int:
    print(f"gh: {why}", file=sys.stderr)
    return 4


def api(state: dict, words: list[str]) -> int:
    arguments = parse_arguments(words, "--paginate?", "--silent?", "--method", "--field", "--jq")
    path = arguments.words[0].removeprefix(f"repos/{os.environ['GITHUB_REPOSITORY']}/")
    if not has_permission("pull-requests", "write"):
        return report_refusal("Resource not accessible by integration (HTTP 403)")
    comments_match = re.fullmatch(r"issues/([0-9]+)/comments", path)
    single = re.fullmatch(r"issues/comments/([0-9]+)", path)
    if comments_match and arguments.field is None:
        assert arguments.jq == COMMENTS_QUERY, arguments.jq
        comment_ids = [comment["id"] for comment in state["comments"] if str(comment["issue"]) == comments_match[1]]
        print(
            "\n".join(
                str(comment["id"])
                for comment in state["comments"]
                if comment["id"] in comment_ids and is_own_comment(comment)
            )
        )
    elif comments_match:
        state["comments"].append(
            {
                "id": 100 + len(state["comments"]),
                "issue": int(comments_match[1]),
                "login": BOT,
                "body": body(arguments.field),
            }
        )
    elif single and arguments.method == "PATCH":
        [comment] = [comment for comment in state["comments"] if str(comment["id"]) == single[1]]
        comment["body"] = body(arguments.field)
    else:
        return report_refusal(f"no such call: {words}")
    return 0


def is_own_comment(comment: dict) -> bool:
    return comment["login"] == BOT and comment["body"].startswith(MARK)


def body(field: str) -> str:
    name, _, value = field.partition("=")
    assert name == "body", field
    text = Path(value.removeprefix("@")).read_text() if value.startswith("@") else value
    assert len(text) <= 65536, "Body is too long (maximum is 65536 characters)"
    return text


def runs(state: dict, words: list[str]) -> int:
    options = parse_arguments(words[1:], "--workflow", "--branch", "--status", "--limit", "--json", "--jq")
    assert (words[0], options.status, options.json, options.jq) == (
        "list",
        "success",
        "headSha",
        ".[0].headSha // empty",
    )
    if not has_permission("actions", "read"):
        return report_refusal("Resource not accessible by integration (HTTP 403)")
    found = [
        one["sha"]
        for one in state["delivered"]
        if (one["workflow"], one["branch"]) == (options.workflow, options.branch)
    ]
    print(found[-1] if found else "", end="\n" if found else "")
    return 0


def workflow(state: dict, words: list[str]) -> int:
    arguments = parse_arguments(words[1:], "--ref", "--raw-field*")
    assert words[0] == "run"
    if not has_permission("actions", "write"):
        return report_refusal("Resource not accessible by integration (HTTP 403)")
    inputs = dict(one.split("=", 1) for one in arguments.raw_field)
    state["dispatched"].append({"workflow": arguments.words[0], "ref": arguments.ref, "inputs": inputs})
    return 0


def pull(state: dict, words: list[str]) -> int:
    arguments = parse_arguments(
        words[1:], "--base", "--head", "--title", "--body-file", "--state", "--limit", "--json", "--jq"
    )
    if not has_permission("pull-requests", "write" if words[0] == "create" else "read"):
        return report_refusal("Resource not accessible by integration (HTTP 403)")
    if words[0] == "create":
        number = 7 + len(state["pulls"])
        state["pulls"].append(
            {
                "number": number,
                "title": arguments.title,
                "base": arguments.base,
                "head": arguments.head,
                "body": Path(arguments.body_file).read_text(),
            }
        )
        print(f"https://github.com/{os.environ['GITHUB_REPOSITORY']}/pull/{number}")
        return 0
    assert (words[0], arguments.state, arguments.json) == ("list", "open", "title")
    assert arguments.jq == "map(select(.title == env.TITLE)) | length"
    print(sum(one["title"] == os.environ["TITLE"] for one in state["pulls"]))
    return 0


def issue(state: dict, words: list[str]) -> int:
    arguments = parse_arguments(
        words[1:], "--state", "--app", "--limit", "--json", "--jq", "--title", "--body-file", "--comment"
    )
    if not has_permission("issues", "write"):
        return report_refusal("Resource not accessible by integration (HTTP 403)")
    if words[0] == "list":
        assert (arguments.state, arguments.app, arguments.json) == ("open", "github-actions", "number,title")
        assert arguments.jq == "map(select(.title == env.TITLE)) | .[0].number // empty"
        found = [
            entry["number"] for entry in state["issues"] if entry["open"] and entry["title"] == os.environ["TITLE"]
        ]
        print(found[0] if found else "", end="\n" if found else "")
    elif words[0] == "create":
        body_ = Path(arguments.body_file).read_text()
        state["issues"].append(
            {"number": 1 + len(state["issues"]), "title": arguments.title, "open": True, "body": body_}
        )
    else:
        [entry] = [entry for entry in state["issues"] if str(entry["number"]) == arguments.words[0]]
        if words[0] == "edit":
            entry["body"] = Path(arguments.body_file).read_text()
        else:
            assert words[0] == "close"
            entry["open"] = False
    return 0


def parse_arguments(words: list[str], *options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("words", nargs="*")
    for option in options:
        options_text = (
            {"action": "store_true"}
            if option.endswith("?")
            else {"action": "append", "default": []}
            if option.endswith("*")
            else {}
        )
        parser.add_argument(option.rstrip("?*"), **options_text)
    return parser.parse_intermixed_args(words)


if __name__ == "__main__":
    sys.exit(main())
