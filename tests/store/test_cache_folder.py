"""The cache folder is where the user wants it; an unset variable means the user's cache folder."""

from pathlib import Path

import pytest

from compiler.store.cache_folder import CACHE_VARIABLE, is_trusted_file, usable_cache_folder


def test_it_is_in_the_users_cache_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.delenv(CACHE_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert usable_cache_folder(tmp_path / "checkout") == tmp_path / "caches" / "modelyard"
    assert (tmp_path / "caches" / "modelyard").stat().st_mode & 0o777 == 0o700


def test_without_a_home_there_is_none(tmp_path, monkeypatch):
    def fail(_path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv(CACHE_VARIABLE)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", fail)
    assert usable_cache_folder(tmp_path) is None


@pytest.mark.parametrize(("mode", "is_trusted"), [(0o600, True), (0o644, True), (0o664, False), (0o606, False)])
def test_a_file_that_others_may_write_is_not_trusted(tmp_path, mode, is_trusted):
    file = tmp_path / "file"
    file.write_text("")
    file.chmod(mode)
    assert is_trusted_file(file) is is_trusted


def test_a_file_of_another_user_is_not_trusted(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("")
    user = file.stat().st_uid
    monkeypatch.setattr("os.getuid", lambda: user + 1)
    assert not is_trusted_file(file)
