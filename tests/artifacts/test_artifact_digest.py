"""The definition of a folder's digest, by numbers that others computed."""

import hashlib

from compiler.artifacts.artifact_digest import FileDigest, folder_digest, listing_hash


def test_the_listing_is_that_of_go_s_dirhash() -> None:
    """Hash1 of golang.org/x/mod/sumdb/dirhash, dirhash_test.go: hash("abc") and hash("def") of two files, in order of name."""
    abc, xyz = hashlib.sha256(b"data for abc").hexdigest(), hashlib.sha256(b"data for xyz").hexdigest()
    expected = hashlib.sha256(f"{abc}  abc\n{xyz}  xyz\n".encode()).hexdigest()
    assert listing_hash([("abc", abc), ("xyz", xyz)]) == expected


def test_files_are_in_the_order_of_the_bytes_of_their_paths() -> None:
    files = [FileDigest(path, "0" * 64, 1) for path in ("ä", "b/c", "b-c", "B", "𝄞", "\uffff")]
    assert [file.path for file in folder_digest(files).files] == ["B", "b-c", "b/c", "ä", "\uffff", "𝄞"]
