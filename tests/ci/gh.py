"""`gh`, as far as the workflows ask GitHub itself: it keeps what it is told in a file, and refuses what it was not written for.

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
COMMENTS_QUERY = '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("<!-- modelyard -->"))) | .id'


def main() -> int:
    if not os.environ.get("GH_TOKEN"):
        return refused("set the GH_TOKEN environment variable")
    state = json.loads(STATE.read_text()) if STATE.exists() else {}
    for kind in ("issues", "comments", "pulls", "dispatched", "delivered"):
        state.setdefault(kind, [])
    words = sys.argv[1:]
    code = {"api": api, "run": runs, "workflow": workflow, "pr": pull, "issue": issue}[words[0]](state, words[1:])
    STATE.write_text(json.dumps(state, indent=1))
    return code


def allowed(permission: str, level: str) -> bool:
    held = json.loads(os.environ["GH_PERMISSIONS"]).get(permission, "none")
    return held in {"write", level}


def refused(why: str) -> int:
    print(f"gh: {why}", file=sys.stderr)
    return 4


def api(state: dict, words: list[str]) -> int:
    said = parsed(words, "--paginate?", "--silent?", "--method", "--field", "--jq")
    path = said.words[0].removeprefix(f"repos/{os.environ['GITHUB_REPOSITORY']}/")
    if not allowed("pull-requests", "write"):
        return refused("Resource not accessible by integration (HTTP 403)")
    listed = re.fullmatch(r"issues/([0-9]+)/comments", path)
    single = re.fullmatch(r"issues/comments/([0-9]+)", path)
    if listed and said.field is None:
        assert said.jq == COMMENTS_QUERY, said.jq
        found = [one["id"] for one in state["comments"] if str(one["issue"]) == listed[1]]
        print("\n".join(str(one["id"]) for one in state["comments"] if one["id"] in found and ours(one)))
    elif listed:
        state["comments"].append({"id": 100 + len(state["comments"]), "issue": int(listed[1]), "login": BOT, "body": body(said.field)})
    elif single and said.method == "PATCH":
        [one] = [one for one in state["comments"] if str(one["id"]) == single[1]]
        one["body"] = body(said.field)
    else:
        return refused(f"no such call: {words}")
    return 0


def ours(comment: dict) -> bool:
    return comment["login"] == BOT and comment["body"].startswith(MARK)


def body(field: str) -> str:
    name, _, value = field.partition("=")
    assert name == "body", field
    text = Path(value.removeprefix("@")).read_text() if value.startswith("@") else value
    assert len(text) <= 65536, "Body is too long (maximum is 65536 characters)"
    return text


def runs(state: dict, words: list[str]) -> int:
    said = parsed(words[1:], "--workflow", "--branch", "--status", "--limit", "--json", "--jq")
    assert (words[0], said.status, said.json, said.jq) == ("list", "success", "headSha", ".[0].headSha // empty")
    if not allowed("actions", "read"):
        return refused("Resource not accessible by integration (HTTP 403)")
    found = [one["sha"] for one in state["delivered"] if (one["workflow"], one["branch"]) == (said.workflow, said.branch)]
    print(found[-1] if found else "", end="\n" if found else "")
    return 0


def workflow(state: dict, words: list[str]) -> int:
    said = parsed(words[1:], "--ref", "--raw-field*")
    assert words[0] == "run"
    if not allowed("actions", "write"):
        return refused("Resource not accessible by integration (HTTP 403)")
    inputs = dict(one.split("=", 1) for one in said.raw_field)
    state["dispatched"].append({"workflow": said.words[0], "ref": said.ref, "inputs": inputs})
    return 0


def pull(state: dict, words: list[str]) -> int:
    said = parsed(words[1:], "--base", "--head", "--title", "--body-file", "--state", "--limit", "--json", "--jq")
    if not allowed("pull-requests", "write" if words[0] == "create" else "read"):
        return refused("Resource not accessible by integration (HTTP 403)")
    if words[0] == "create":
        number = 7 + len(state["pulls"])
        state["pulls"].append(
            {"number": number, "title": said.title, "base": said.base, "head": said.head, "body": Path(said.body_file).read_text()}
        )
        print(f"https://github.com/{os.environ['GITHUB_REPOSITORY']}/pull/{number}")
        return 0
    assert (words[0], said.state, said.json) == ("list", "open", "title")
    assert said.jq == "map(select(.title == env.TITLE)) | length"
    print(sum(one["title"] == os.environ["TITLE"] for one in state["pulls"]))
    return 0


def issue(state: dict, words: list[str]) -> int:
    said = parsed(words[1:], "--state", "--app", "--limit", "--json", "--jq", "--title", "--body-file", "--comment")
    if not allowed("issues", "write"):
        return refused("Resource not accessible by integration (HTTP 403)")
    if words[0] == "list":
        assert (said.state, said.app, said.json) == ("open", "github-actions", "number,title")
        assert said.jq == "map(select(.title == env.TITLE)) | .[0].number // empty"
        found = [one["number"] for one in state["issues"] if one["open"] and one["title"] == os.environ["TITLE"]]
        print(found[0] if found else "", end="\n" if found else "")
    elif words[0] == "create":
        body_ = Path(said.body_file).read_text()
        state["issues"].append({"number": 1 + len(state["issues"]), "title": said.title, "open": True, "body": body_})
    else:
        [one] = [one for one in state["issues"] if str(one["number"]) == said.words[0]]
        if words[0] == "edit":
            one["body"] = Path(said.body_file).read_text()
        else:
            assert words[0] == "close"
            one["open"] = False
    return 0


def parsed(words: list[str], *options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("words", nargs="*")
    for option in options:
        how = {"action": "store_true"} if option.endswith("?") else {"action": "append", "default": []} if option.endswith("*") else {}
        parser.add_argument(option.rstrip("?*"), **how)
    return parser.parse_intermixed_args(words)


if __name__ == "__main__":
    sys.exit(main())
