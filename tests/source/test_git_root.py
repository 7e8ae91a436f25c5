"""Forges name files from the root of the checkout, wherever in it the project lies."""

import pytest

from compiler.source.git_root import checkout_subfolder


@pytest.mark.parametrize(("project", "text"), [("", ""), ("ml/fraud", "ml/fraud")])
def test_a_project_knows_where_in_its_checkout_it_lies(project, text, tmp_path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / project).mkdir(parents=True, exist_ok=True)
    assert checkout_subfolder(tmp_path / project) == text


def test_a_linked_work_tree_is_a_checkout(tmp_path) -> None:
    (tmp_path / "tree" / "ml").mkdir(parents=True)
    (tmp_path / "tree" / ".git").write_text("gitdir: elsewhere\n", encoding="utf-8")
    assert checkout_subfolder(tmp_path / "tree" / "ml") == "ml"
