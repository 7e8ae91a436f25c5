"""Connects rendered objects with the files of environments that read facts about them."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from compiler.foundation.json_data import Json
from compiler.foundation.provenance import ComputedValue
from compiler.plan.environment_unit import APPROVED_VALUES_VARIABLE, OBJECT_POLICIES_VARIABLE
from compiler.plan.planning import SharedValues
from compiler.policy.admission.admission_settings import admission_settings
from compiler.policy.admission.approved_values import approved_values
from compiler.policy.admission.bound_policies import bound_policies
from compiler.policy.admission.cluster_facts import Resource, cluster_facts, defined_resources, resources_of
from compiler.policy.admission.object_facts import DeploymentObjects, decode_objects, encode_objects, rendered_object
from compiler.policy.admission.object_policies import ClusterScope, object_policy_values
from compiler.policy.policy_engine import PolicyEngine
from compiler.resolve.fleet import Fleet
from compiler.source.tree import Tree


class ObjectContext:
    """Collects facts about the objects of a model, and makes the values of an environment from those of all models."""

    def __init__(self, tree: Tree, fleet: Fleet, policies: PolicyEngine) -> None:
        self._tree = tree
        self._fleet = fleet
        self._policies = policies

    def facts(self, name: str, environment: str, documents: Iterable[Json]) -> bytes:
        """The facts about the rendered objects of a model in an environment."""
        model = self._fleet.model(name, environment)
        selectors = admission_settings(self._fleet.portfolio.by_kind("Environment")[environment].data).approved.fields
        objects = [item for document in documents if (item := rendered_object(document, selectors)) is not None]
        policies = bound_policies(self._policies.context, model) if model is not None else ()
        return encode_objects(DeploymentObjects(name, tuple(sorted(objects)), policies))

    def values(self, environment: str, objects: Sequence[bytes]) -> SharedValues:
        """The values of an environment, and findings about what a cluster cannot evaluate."""
        spec = self._fleet.portfolio.by_kind("Environment")[environment]
        resources = (
            *resources_of(admission_settings(spec.data).resources),
            *self._defined_resources,
            *cluster_facts().resources,
        )
        project = self._fleet.portfolio.project.data["name"]
        deployments = [decode_objects(content) for content in objects]
        scope = ClusterScope(project, spec, cluster_facts(), resources, deployments)
        policies, findings = object_policy_values(self._policies.context, scope)
        approved, approved_findings = approved_values(scope)
        values = {
            OBJECT_POLICIES_VARIABLE: ComputedValue(policies, ()),
            APPROVED_VALUES_VARIABLE: ComputedValue(approved, ()),
        }
        return values, [*findings, *approved_findings]

    @cached_property
    def _defined_resources(self) -> tuple[Resource, ...]:
        return tuple(defined_resources(self._tree, f"{self._fleet.portfolio.folder('schemas')}/crds"))
