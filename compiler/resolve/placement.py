"""The namespace of a model in an environment, and overlays of what it uses there."""

from compiler.foundation.json_data import Object, as_object, as_str
from compiler.resolve.layers import Layers
from compiler.resolve.merge import merge
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.language import NO_MERGE_RULES
from compiler.spec.portfolio import Spec


def namespace(model: ResolvedModel) -> str | None:
    """The model's namespace in its environment: the adopted one, else the tenant's, else the common one."""
    if model.environment is None:
        return None
    adopted_namespace = as_str(adoption_config(model).get("namespace"))
    if adopted_namespace:
        return adopted_namespace
    tenants = as_object(model.environment.data.get("namespaces"))
    tenant_namespace = as_str(tenants.get(as_str(model.data.get("tenant"))))
    return tenant_namespace or as_str(model.environment.data.get("namespace")) or None


def adoption_config(model: ResolvedModel) -> Object:
    """The live objects that the model adopts: `name`, `namespace`, `selector`."""
    deploy = as_object(model.data.get("deploy"))
    return as_object(deploy["adopt"]) if "adopt" in deploy else {}


def dataset_in_environment(layers: Layers, dataset: Spec, environment: str) -> Object:
    """A Dataset in an environment: its overlay for the stage, then for the name, merged onto it."""
    data: Object = {key: value for key, value in dataset.data.items() if key != "environments"}
    for key in layers.environment_keys(environment, dataset.data):
        data = merge(data, as_object(as_object(dataset.data["environments"])[key]), NO_MERGE_RULES)
    return data
