"""Rendered objects are compared by identity and by meaning of their values; other files by their bytes."""

from compiler.review.rendered_objects import diff_objects, label_counts
from compiler.write.output_units import OutputFile


def manifest(path: str, text: str) -> OutputFile:
    return OutputFile(path, text.encode(), "x", ())


def deployment(name: str = "price", image: str = "a:1", namespace: str = "models") -> str:
    return f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{containers: [{{name: main, image: "{image}"}}, {{name: side, image: "s:1"}}]}}
"""


def changes(old: str, new: str, path: str = "dev/x.yaml", new_path: str = "dev/x.yaml") -> list[tuple]:
    return [
        (one.change, one.label, [difference.path for difference in one.differences])
        for one in diff_objects([manifest(path, old)], [manifest(new_path, new)])
    ]


def test_a_changed_value_is_named_below_the_element_that_holds_it() -> None:
    assert changes(deployment(), deployment(image="a:2")) == [
        ("changed", "apps/Deployment models/price", ["spec.containers.main.image"])
    ]


def test_another_name_or_namespace_is_another_object() -> None:
    assert changes(deployment(), deployment(namespace="other")) == [
        ("deleted", "apps/Deployment models/price", []),
        ("created", "apps/Deployment other/price", []),
    ]


def test_an_object_that_moves_to_another_file_does_not_change() -> None:
    assert changes(deployment(), deployment(), new_path="dev/y.yaml") == []


def test_order_of_named_elements_and_layout_do_not_matter() -> None:
    other = """kind: Deployment
apiVersion: apps/v1
spec:
  containers:
  - {image: "s:1", name: side}
  - {image: "a:1", name: main}
metadata: {namespace: models, name: price}
"""
    assert changes(deployment(), other) == []


def test_a_file_without_objects_is_compared_by_its_data_or_its_bytes() -> None:
    assert changes("# from a.yaml\ngroups: []\n", "groups:  []\n") == []
    assert changes("groups: []\n", "groups: [1]\n") == [("changed", "dev/x.yaml", [])]
    assert changes("a: [", "a: [ ") == [("changed", "dev/x.yaml", [])]
    assert changes("groups: []\n", "groups: []\n") == []


def test_an_object_without_a_name_is_identified_by_its_file_and_its_comments_do_not_count() -> None:
    kustomization = "# from a.yaml\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a]\n"
    assert changes(kustomization, kustomization.replace("a.yaml", "b.yaml")) == []
    assert changes(kustomization, kustomization.replace("[a]", "[b]")) == [
        ("changed", "kustomize.config.k8s.io/Kustomization dev/x.yaml", ["resources"])
    ]


def test_changes_are_counted() -> None:
    found = list(diff_objects([manifest("a.yaml", deployment())], [manifest("a.yaml", deployment("other"))]))
    assert label_counts(found) == {"created": 1, "deleted": 1}
