"""The sample portfolio's digests are what models/README.md says they are."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def digest_pairs(document: dict) -> Iterator[tuple[str, str]]:
    """Each digest of a document with the text that it is the SHA-256 of."""
    name = document["name"]
    releases = document.get("releases") or {document.get("version"): document}
    sources = [(f"{name} {release}", content["source"]) for release, content in releases.items() if "source" in content]
    yield from ((source.get("image", text), source["digest"]) for text, source in sources if "digest" in source)
    yield from (
        (f"{text} {one['name']}", one["digest"]) for text, source in sources for one in source.get("adapters", [])
    )
    images = [document.get("runtime", {}), *document.get("images", {}).values()]
    pod = document.get("deploy", {}).get("pod", {})
    images += [*pod.get("initContainers", []), *pod.get("containers", [])]
    images += [document.get("deploy", {}).get(part, {}) for part in ("transformer", "explainer")]
    yield from ((image["image"], image["digest"]) for image in images if image)
    for image in document.get("capabilities", {}).get("kserve", {}).get("verification", {}).values():
        name, _, digest = image.partition("@")
        yield name, digest
    if document["kind"] == "Dataset" and "digest" in document:
        yield f"{name} {document['version']}", document["digest"]


def test_every_digest_of_the_portfolio_is_that_of_the_text_beside_it():
    files = [ROOT / "modelyard.yaml", *sorted((ROOT / "models").rglob("*.yaml"))]
    for file in files:
        text = file.read_text(encoding="utf-8")
        pairs = [
            pair
            for document in yaml.load_all(text, Loader=yaml.CSafeLoader)
            if "name" in document
            for pair in digest_pairs(document)
        ]
        claimed = text.count("runtimeDigest: sha256:") + text.count("governanceDigest: sha256:")
        assert len(pairs) == text.count("sha256:") - claimed, f"{file} has a digest of an unknown text"
        for stands_for, digest in pairs:
            assert digest == "sha256:" + hashlib.sha256(stands_for.encode()).hexdigest(), f"{file}: {stands_for}"


def test_the_command_in_the_readme_prints_what_it_says():
    readme = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(b"card-fraud 3.1.0").hexdigest() in readme
