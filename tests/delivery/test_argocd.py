"""Argo CD's configuration delivers exactly what was rendered, in order, and deletes nothing without confirmation."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.delivery.conftest import ARGOCD, ENVIRONMENT

SAMPLE = ["prod", "staging"]
"""Environments of the sample portfolio that have Argo CD."""


def template(value: Any, values: Mapping[str, str]) -> Any:
    """What Go makes of a text: a parameter, or a text of its own; nothing else is in what we write."""
    if isinstance(value, Mapping):
        return {template(key, values): template(one, values) for key, one in value.items()}
    if isinstance(value, list):
        return [template(one, values) for one in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\{\{(.+?)\}\}", lambda found: _action(found[1].strip(), values), value)


def _action(action: str, values: Mapping[str, str]) -> str:
    if action.startswith("."):
        return values[action[1:]]
    quoted = re.fullmatch(r'"(\{)"', action)
    assert quoted, f"{action} is no action that we write"
    return quoted[1]


def applications(delivery: Any, environment: str = "prod") -> dict[str, Any]:
    """The Applications by name that the ApplicationSet's controller makes."""
    found = [one for application_set in application_sets(delivery, environment) for one in generated(application_set)]
    assert len({one["metadata"]["name"] for one in found}) == len(found), "an Application has one owner"
    return {one["metadata"]["name"]: one for one in found}


def application_sets(delivery: Any, environment: str = "prod") -> list[Any]:
    return delivery.documents(f"{environment}/_argocd/applicationset.yaml")


def generated(application_set: Any) -> list[Any]:
    """The Applications that the controller makes of one set."""
    [generator] = application_set["spec"]["generators"]
    return [template(application_set["spec"]["template"], element) for element in generator["list"]["elements"]]


def steps(application_set: Any) -> dict[str, int]:
    """The step of each model of a set, by name; none without an order. A step waits for the earlier ones of the same set."""
    expressions = [
        step["matchExpressions"][0]
        for step in application_set["spec"].get("strategy", {}).get("rollingSync", {}).get("steps", [])
    ]
    step_of = {value: index for index, one in enumerate(expressions) for value in one["values"]}
    return {
        one["metadata"]["name"].rpartition(".")[2]: step_of[one["metadata"]["labels"][expressions[0]["key"]]]
        for one in (generated(application_set) if expressions else [])
    }


def is_permitted(project: Any, manifest: Any, cluster: str) -> bool:
    """Whether a project lets an object be applied (IsGroupKindNamePermitted, isDestinationMatched of Argo CD), patterns aside."""
    spec, meta = project["spec"], manifest["metadata"]
    group = manifest["apiVersion"].rpartition("/")[0]
    if "namespace" not in meta:
        allowed = {(one["group"], one["kind"], one["name"]) for one in spec["clusterResourceWhitelist"]}
        return (group, manifest["kind"], meta["name"]) in allowed
    kinds = {(one["group"], one["kind"]) for one in spec["namespaceResourceWhitelist"]}
    places = {(one.get("server") or one.get("name"), one["namespace"]) for one in spec["destinations"]}
    return (group, manifest["kind"]) in kinds and (cluster, meta["namespace"]) in places


@pytest.mark.parametrize("environment", SAMPLE)
def test_there_is_an_application_of_each_model_at_its_folder_in_its_namespace(environment, sample):
    expected_folders = {
        (path.split("/")[1], sample.read(path)["namespace"])
        for path in sample.files
        if re.fullmatch(rf"{environment}/[a-z0-9-]+/kustomization.yaml", path)
    }
    application_folders = {
        (one["spec"]["source"]["path"], one["spec"]["destination"]["namespace"])
        for one in applications(sample, environment).values()
    }
    assert application_folders == expected_folders
    assert len(expected_folders) > 10
    assert set(applications(sample, environment)) == {f"bank.{environment}.{name}" for name, _ in expected_folders}


@pytest.mark.slow
@pytest.mark.parametrize("environment", SAMPLE)
def test_every_folder_is_built_and_the_project_permits_exactly_what_is_in_it(environment, sample, kustomize):
    project = sample.read(f"{environment}/_argocd/appproject.yaml")
    deployed = [*applications(sample, environment).values()]
    if f"{environment}/_argocd/namespaces.yaml" in sample.files:
        deployed.append(sample.read(f"{environment}/_argocd/namespaces.yaml"))
    objects = []
    for one in deployed:
        source, destination = one["spec"]["source"], one["spec"]["destination"]
        assert one["spec"]["project"] == project["metadata"]["name"]
        assert source["repoURL"] in project["spec"]["sourceRepos"]
        built = kustomize(sample, f"{environment}/{source['path']}", **source.get("kustomize", {}))
        objects += [(manifest, destination["name"]) for manifest in built]
    assert [
        manifest["metadata"]["name"] for manifest, cluster in objects if not is_permitted(project, manifest, cluster)
    ] == []
    for section in ("destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist"):
        for index in range(len(project["spec"][section])):
            less = copy.deepcopy(project)
            entry = less["spec"][section].pop(index)
            refused = [manifest for manifest, cluster in objects if not is_permitted(less, manifest, cluster)]
            assert refused, f"nothing needs {entry}"
    assert "*" not in str(project)
    assert "!" not in str(project)


def test_the_two_folders_of_its_own_are_built(sample, kustomize):
    own = kustomize(sample, "prod/_argocd")
    assert [one["kind"] for one in own[:3]] == ["AppProject", "Application", "ApplicationSet"]
    assert {one["kind"] for one in own[3:]} == {"ApplicationSet"}
    assert {one["metadata"]["namespace"] for one in own} == {"argocd"}
    there = kustomize(sample, "prod/_namespaces")
    assert {one["kind"] for one in there} == {"Namespace", "ResourceQuota", "LimitRange"}


def test_namespaces_come_before_models_and_the_project_before_both(sample):
    def wave(path: str) -> int:
        return int(sample.documents(path)[0]["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])

    order = [wave(f"prod/_argocd/{name}.yaml") for name in ("appproject", "namespaces", "applicationset")]
    assert order == sorted(order)
    assert len(set(order)) == 3
    wave_by_kind = {
        one["kind"]: int(one["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", 0))
        for path in ("namespaces", "quotas")
        for one in sample.documents(f"prod/_namespaces/{path}.yaml")
    }
    assert wave_by_kind["Namespace"] < wave_by_kind["ResourceQuota"]


def test_whom_others_ask_is_rolled_out_before_them(sample):
    fleet = sample.run.fleet
    ordered = {}
    for steps_of_set in map(steps, application_sets(sample)):
        ordered |= steps_of_set
        pairs = [(name, user) for name in steps_of_set for user in fleet.dependents(name, "prod")]
        assert all(steps_of_set[name] < steps_of_set[user] for name, user in pairs)
        assert bool(pairs) is bool(steps_of_set)
    models = {name.rpartition(".")[2] for name in applications(sample)}
    related = {name for name in models for user in fleet.dependents(name, "prod") for name in (name, user)}
    assert len(related) > 4
    assert set(ordered) == related, "a model without dependencies and dependents waits for none"


def test_models_of_two_tenants_share_no_order_unless_one_calls_the_other(deliver, a_model):
    def sets(*uses: tuple[str, str]) -> list[dict[str, int]]:
        models = [
            a_model(name, tenant=tenant, uses=[{"model": other, "env": "A"} for user, other in uses if user == name])
            for name, tenant in (("cards", "one"), ("fees", "one"), ("loans", "two"), ("rates", "two"))
        ]
        environment = {
            "namespaces": {"one": "models-one", "two": "models-two"},
            "capabilities": {**ENVIRONMENT["capabilities"], "argocd": {**ARGOCD, "progressiveSyncs": True}},
        }
        return [found for found in map(steps, application_sets(deliver(*models, environment=environment))) if found]

    assert sets() == []
    assert sets(("fees", "cards"), ("loans", "rates")) == [{"cards": 0, "fees": 1}, {"loans": 1, "rates": 0}]
    assert sets(("fees", "cards"), ("loans", "cards")) == [{"cards": 0, "fees": 1, "loans": 1}]
    assert sets(("fees", "cards"), ("loans", "fees"), ("rates", "loans")) == [
        {"cards": 0, "fees": 1, "loans": 2, "rates": 3}
    ]


def test_the_sets_of_chains_have_names_of_their_own_and_no_automated_sync_to_restore(sample):
    first, *others = application_sets(sample)
    assert first["metadata"]["name"] == "bank.prod"
    assert "strategy" not in first["spec"]
    names = [one["metadata"]["name"] for one in others]
    assert len(set(names)) == len(names) > 2
    for one in others:
        assert one["metadata"]["name"] in {app["metadata"]["name"] for app in generated(one)}
        assert one["spec"]["strategy"]["type"] == "RollingSync"
        assert "ignoreApplicationDifferences" not in one["spec"]


def test_without_progressive_syncs_each_is_synced_by_itself(deliver, a_model):
    spec = deliver(a_model("one")).read("prod/_argocd/applicationset.yaml")["spec"]
    assert "strategy" not in spec
    assert spec["template"]["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
    assert spec["ignoreApplicationDifferences"] == [{"jsonPointers": ["/spec/syncPolicy/automated"]}], (
        "one can be stopped"
    )


def test_nothing_is_deleted_with_an_application_and_no_application_by_its_set(sample):
    for environment in SAMPLE:
        for found in application_sets(sample, environment):
            policy = {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True}
            assert found["spec"]["syncPolicy"] == policy
            assert found["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]
            assert "argocd.argoproj.io/deletion-approved" in found["spec"]["preservedFields"]["annotations"]
            assert "finalizers" not in found["spec"]["template"]["metadata"]


def test_in_production_what_is_pruned_or_deleted_is_confirmed(sample, deliver, a_model):
    confirm_options = {"Prune=confirm", "Delete=confirm"}
    for stage in ("prod", "staging", "test", "dev"):
        made = deliver(a_model("one"), environment={"stage": stage})
        [one] = applications(made).values()
        assert confirm_options.issubset(one["spec"]["syncPolicy"]["syncOptions"]) is (stage == "prod")
        assert confirm_options.issubset(made.read("prod/_argocd/namespaces.yaml")["spec"]["syncPolicy"]["syncOptions"])
    for path in ("prod/_argocd/appproject.yaml", "prod/_argocd/namespaces.yaml", "prod/_argocd/applicationset.yaml"):
        for document in sample.documents(path):
            options = document["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
            assert set(options.split(",")) == confirm_options
    for found in sample.documents("prod/_namespaces/namespaces.yaml"):
        assert set(found["metadata"]["annotations"]["argocd.argoproj.io/sync-options"].split(",")) == confirm_options


def test_files_of_the_previous_release_are_pruned_without_confirmation(sample, kustomize):
    source = applications(sample)["bank.prod.credit-policy"]["spec"]["source"]
    built = kustomize(sample, "prod/credit-policy", **source["kustomize"])
    option = "argocd.argoproj.io/sync-options"
    sync_options = {(one["kind"], one["metadata"].get("annotations", {}).get(option)) for one in built}
    assert ("ConfigMap", "Prune=true") in sync_options
    assert {value for kind, value in sync_options if kind != "ConfigMap"} == {None}
    staging = sample.read("staging/_argocd/applicationset.yaml")["spec"]["template"]["spec"]["source"]
    assert "kustomize" not in staging, "where nothing is confirmed, nothing is excepted"


def test_no_other_application_can_own_a_delivered_object(sample):
    for one in [*applications(sample).values(), *applications(sample, "staging").values()]:
        assert {"FailOnSharedResource=true", "ServerSideApply=true"} <= set(one["spec"]["syncPolicy"]["syncOptions"])


def test_what_a_cluster_fills_in_is_no_drift_and_git_claims_no_number_that_an_autoscaler_keeps(sample):
    for one in applications(sample).values():
        assert one["metadata"]["annotations"]["argocd.argoproj.io/compare-options"] == "ServerSideDiff=true"
    autoscaled_count = 0
    for path in sample.files:
        if path.endswith("/horizontalpodautoscaler.yaml"):
            target = sample.read(path)["spec"]["scaleTargetRef"]
            workload = sample.read(path.replace("horizontalpodautoscaler", target["kind"].lower()))
            assert "replicas" not in workload["spec"]
            autoscaled_count += 1
    assert autoscaled_count


@pytest.mark.parametrize("environment", SAMPLE)
def test_a_second_reader_takes_what_is_rendered(environment, sample, argo_models):
    paths = [path for path in sample.files if re.fullmatch(rf"{environment}/_argocd/[a-z]+.yaml", path)]
    objects = [item for path in paths if "kustomization" not in path for item in sample.documents(path)]
    assert {item["kind"] for item in objects} >= {"AppProject", "ApplicationSet"}
    apps = [
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", **one}
        for one in applications(sample, environment).values()
    ]
    assert [argo_models(one) for one in [*objects, apps[0]]] == [""] * (len(objects) + 1)
    for one in objects:
        wrong = copy.deepcopy(one)
        wrong["spec"] = {**wrong["spec"], "project": 1, "sourceRepos": "a", "generators": "b"}
        assert argo_models(wrong)


def places(data: Any, pointer: tuple = ()) -> Iterator[tuple]:
    """Every map, list and leaf of an object."""
    yield pointer
    children = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ()
    for key, child in children:
        yield from places(child, (*pointer, key))


FREE = re.compile(r"labels|annotations|elements")
"""Maps that take any key."""


def with_change(data: Any, pointer: tuple, change: Any) -> Any:
    whole = copy.deepcopy(data)
    inner = whole
    for key in pointer[:-1]:
        inner = inner[key]
    inner[pointer[-1]] = change(inner[pointer[-1]])
    return whole


@pytest.mark.parametrize("name", ["appproject", "applicationset", "namespaces"])
def test_the_official_schema_takes_it_and_no_field_that_is_wrong(name, sample, official):
    document = sample.documents(f"prod/_argocd/{name}.yaml")[-1]
    schema = official(document["kind"])
    assert schema.violations(document) == ()
    violation_count = 0
    for pointer in places(document):
        if not pointer or FREE.search(str(pointer)):
            continue
        value = document
        for key in pointer:
            value = value[key]
        if isinstance(value, Mapping):
            assert schema.violations(with_change(document, pointer, lambda one: {**one, "unknown": 1})), pointer
        assert schema.violations(with_change(document, pointer, lambda _: {"unknown": [[]]})), pointer
        violation_count += 1
    assert violation_count > 20


def test_every_object_of_a_core_kind_is_checked_too(sample):
    kinds = {"Namespace", "ResourceQuota"}
    unchecked = [one.message for one in sample.findings if one.code.id == "MY503"]
    assert not any(kind in message for kind in kinds for message in unchecked)


LACKS = {
    "a repository": ({"delivery": {"branch": "env/prod"}}, "the repository", "delivery:"),
    "a branch": ({"delivery": {"repository": "https://git.bank.example/a.git"}}, "the branch", "delivery:"),
    "any delivery": ({"delivery": None}, "the repository", "apiVersion: modelyard/v1"),
    "a cluster": ({"cluster": None}, "the name or URL of the cluster", "apiVersion: modelyard/v1"),
}


@pytest.mark.parametrize(("capability", "message", "line"), LACKS.values(), ids=LACKS)
def test_a_missing_requirement_is_reported_once_at_the_environment(capability, message, line, deliver, a_model):
    delivery = deliver(a_model("one"), a_model("two"), environment=capability)
    messages = [(text, where) for text, where in delivery.wrong if message in text]
    assert [text for text, _ in messages] == [
        f"Argo CD cannot work in prod: Argo CD needs {message}" + messages[0][0].partition(message)[2]
    ]
    assert messages[0][1].startswith(line.split(":")[0]) or line.startswith("apiVersion")
    assert delivery.files == {}


@pytest.mark.parametrize("version", ["2.14", "3.3", "3.3.2", "3.0"])
def test_a_version_that_confirms_nothing_is_refused(version, deliver, a_model):
    environment = {
        "capabilities": {"kubernetes": {"version": "1.34"}, "argocd": {"version": version, "namespace": "argocd"}}
    }
    [(message, line)] = deliver(a_model("one"), environment=environment).wrong
    assert "Argo CD before 3.4 deletes without the confirmation that an Application requests" in message
    assert version in line


@pytest.mark.parametrize("version", ["3.4", "3.4.0", "3.5", "3.10", "4.0"])
def test_a_version_that_confirms_is_taken(version, deliver, a_model):
    environment = {
        "capabilities": {"kubernetes": {"version": "1.34"}, "argocd": {"version": version, "namespace": "argocd"}}
    }
    assert deliver(a_model("one"), environment=environment).wrong == []


@pytest.mark.parametrize("cluster", ["*", "!prod", "prod-*", "[p]rod"])
def test_a_cluster_that_is_a_pattern_is_refused(cluster, deliver, a_model):
    [(message, line)] = deliver(a_model("one"), environment={"cluster": cluster}).wrong
    assert "Argo CD projects interpret clusters as patterns, and this is not a plain name" in message
    assert line.startswith("cluster:")


@pytest.mark.parametrize("branch", [">1.0", "=1.2", "<2", "1,2"])
def test_a_branch_that_would_be_a_range_of_versions_is_refused(branch, deliver, a_model):
    delivery = {"repository": "https://a.example/b.git", "branch": branch}
    [(message, _)] = deliver(a_model("one"), environment={"delivery": delivery}).wrong
    assert "Argo CD would interpret this as a version range, not as a branch" in message


@pytest.mark.parametrize("url", ["https://git.bank.example/*", "https://git.bank.example/{a,b}.git", "https://a/[ab]"])
def test_a_repository_that_is_a_pattern_is_refused(url, deliver, a_model):
    [(message, _)] = deliver(a_model("one"), environment={"delivery": {"repository": url, "branch": "a"}}).wrong
    assert "Argo CD projects interpret repositories as patterns, and this is not a plain URL" in message


@pytest.mark.parametrize(
    "url", ["git@git.bank.example:ml/deployments.git", "ssh://git@git.bank.example:22/a.git", "https://a.example/b%20c"]
)
def test_every_url_of_git_is_taken(url, deliver, a_model):
    made = deliver(a_model("one"), environment={"delivery": {"repository": url, "branch": "env/prod"}})
    assert made.wrong == []
    [one] = applications(made).values()
    assert one["spec"]["source"]["repoURL"] == url
    assert made.read("prod/_argocd/appproject.yaml")["spec"]["sourceRepos"] == [url]


@pytest.mark.parametrize("branch", ["env/{{.name}}", "{{", "a}}b", "env/{{.owner}}/x", "{{{{"])
def test_a_branch_is_never_read_as_a_template(branch, deliver, a_model):
    made = deliver(
        a_model("one"), environment={"delivery": {"repository": "https://a.example/b.git", "branch": branch}}
    )
    [one] = applications(made).values()
    assert one["spec"]["source"]["targetRevision"] == branch


def test_the_tree_may_lie_in_a_folder_of_the_branch(deliver, a_model, kustomize):
    delivery = {"repository": "https://a.example/b.git", "branch": "main", "path": "build/prod"}
    made = deliver(a_model("one"), environment={"delivery": delivery})
    [one] = applications(made).values()
    assert one["spec"]["source"]["path"] == "build/prod/one"
    assert made.read("prod/_argocd/namespaces.yaml")["spec"]["source"]["path"] == "build/prod/_namespaces"


def test_a_cluster_is_identified_by_its_url_if_one_is_set(deliver, a_model):
    known = {
        "kubernetes": {"version": "1.34"},
        "argocd": {"version": "3.5", "namespace": "argocd", "server": "https://kubernetes.default.svc"},
    }
    delivery = deliver(a_model("one"), environment={"capabilities": known, "cluster": None})
    [one] = applications(delivery).values()
    assert one["spec"]["destination"] == {"server": "https://kubernetes.default.svc", "namespace": "models"}
    project = delivery.read("prod/_argocd/appproject.yaml")["spec"]
    assert project["destinations"] == [one["spec"]["destination"]]
    assert project["clusterResourceWhitelist"] == [], "it makes no namespaces here"
    assert "prod/_namespaces/namespaces.yaml" not in delivery.files


def test_a_project_may_have_its_own_name_and_allow_kinds_that_no_emitter_renders(deliver, a_model):
    allowed = {"kinds": [{"kind": "Pod"}, {"group": "apps", "kind": "ReplicaSet"}], "namespaces": ["left"]}
    own = {
        "version": "3.5",
        "namespace": "argocd",
        "project": "models-prod",
        "createNamespaces": True,
        "allowlist": allowed,
    }
    made = deliver(a_model("one"), environment={"capabilities": {"kubernetes": {"version": "1.34"}, "argocd": own}})
    assert set(applications(made)) == {"models-prod.one"}
    project = made.read("prod/_argocd/appproject.yaml")
    assert project["metadata"]["name"] == "models-prod"
    assert {"group": "", "kind": "Pod"} in project["spec"]["namespaceResourceWhitelist"]
    assert {"group": "apps", "kind": "ReplicaSet"} in project["spec"]["namespaceResourceWhitelist"]
    assert {"name": "prod-1", "namespace": "left"} in project["spec"]["destinations"]
    assert "left" not in str(project["spec"]["clusterResourceWhitelist"]), "it is not made"


@pytest.mark.parametrize("allows", [{}, {"allowlist": {"namespaces": ["left"]}}])
def test_a_project_where_nothing_runs_allows_nothing(deliver, allows):
    own = {"version": "3.5", "namespace": "argocd", "createNamespaces": True, **allows}
    made = deliver(environment={"capabilities": {"kubernetes": {"version": "1.34"}, "argocd": own}})
    spec = made.read("prod/_argocd/appproject.yaml")["spec"]
    assert spec["namespaceResourceWhitelist"] == [], "absent, it would allow every kind"
    assert spec["clusterResourceWhitelist"] == []
    assert [one["namespace"] for one in spec["destinations"]] == [*allows.get("allowlist", {}).get("namespaces", ())]


def test_an_adopted_namespace_is_delivered_to_and_never_made(deliver, a_model):
    delivery = deliver(a_model("one", {"adopt": {"namespace": "legacy"}}), a_model("two"))
    application_by_name = applications(delivery)
    assert application_by_name["bank.prod.one"]["spec"]["destination"]["namespace"] == "legacy"
    spec = delivery.read("prod/_argocd/appproject.yaml")["spec"]
    assert [one["namespace"] for one in spec["destinations"]] == ["legacy", "models"]
    assert [one["name"] for one in spec["clusterResourceWhitelist"]] == ["models"]
    assert [one["metadata"]["name"] for one in delivery.documents("prod/_namespaces/namespaces.yaml")] == ["models"]


def test_an_environment_without_it_has_none_of_it(sample, deliver, a_model):
    assert not any(path.startswith("dev/_") for path in sample.files)
    made = deliver(a_model("one"), environment={"capabilities": {"kubernetes": {"version": "1.34"}}})
    assert not any("/_" in path for path in made.files)


def test_an_owners_edit_changes_nothing_that_is_synced(sample, build_of):
    files = {path: sample.run.tree.read(path) for path in ["modelyard.yaml", *sample.run.tree.paths("models")]}
    after = build_of(
        {path: text.replace(b"owner: payments-risk", b"owner: lending-decisions") for path, text in files.items()}
    )
    for name, one in applications(sample).items():
        assert applications(after)[name]["spec"] == one["spec"]


def test_a_quota_without_an_emitter_for_namespaces_is_refused(deliver, a_model):
    known = {"kubernetes": {"version": "1.34"}, "argocd": {"version": "3.5", "namespace": "argocd"}}
    [(message, _)] = deliver(a_model("one"), environment={"quota": {"headroom": "10%"}, "capabilities": known}).wrong
    assert "no emitter creates the namespaces of the quota" in message


def test_an_object_of_a_kind_that_nothing_says_is_refused(build_of, deliver, a_model):
    made = deliver(a_model("one"))
    files = {path: made.run.tree.read(path) for path in ("modelyard.yaml", "models/all.yaml")}
    extra = {
        "templates/monitoring/note/emitter.yaml": b"id: note\ntitle: Note\nfiles: [{path: note.yaml, template: note.yaml.j2}]\n",
        "templates/monitoring/note/note.yaml.j2": b"apiVersion: v1\nkind: ConfigMap\n",
    }
    [(message, line)] = build_of({**files, **extra}).wrong
    assert "the kind of note.yaml is unknown" in message
    assert line.startswith("files:")


def test_a_line_of_what_argo_cd_is_reported_leads_back_to_who_says_it(sample):
    from compiler.pipeline import explanation  # noqa: PLC0415 - here alone

    for path, position, source_path in (
        ("prod/_argocd/applicationset.yaml", "spec.template.spec.source.repoURL", "models/environments/prod.yaml"),
        (
            "prod/_argocd/applicationset.yaml",
            "spec.generators[0].list.elements[3].namespace",
            "models/environments/prod.yaml",
        ),
        (
            "prod/_argocd/applicationset.yaml",
            "spec.generators[0].list.elements[2].owner",
            "models/payments/_defaults.yaml",
        ),
        ("prod/_namespaces/namespaces.yaml", "metadata.name", "models/environments/prod.yaml"),
    ):
        [place] = explanation.explain_artifact(sample.run, path, position)
        [first, *_] = place.sources
        assert first.value == place.value, position
        assert first.layers[0].location.path == source_path, position


def test_an_adopted_namespace_leads_back_to_the_layer_that_says_it(deliver, a_model):
    from compiler.pipeline import explanation  # noqa: PLC0415 - here alone

    made = deliver(a_model("one", environments={"prod": {"deploy": {"adopt": {"namespace": "legacy"}}}}))
    [place] = explanation.explain_artifact(made.run, "prod/_argocd/appproject.yaml", "spec.destinations[0].namespace")
    assert place.sources[0].name == "Model/one: environments.prod.deploy.adopt.namespace"
    assert place.sources[0].value == "legacy"
