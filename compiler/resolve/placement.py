"""The namespace of a model in an environment, and overlays of what it uses there."""

from compiler.resolve.layers import Layers
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import AdoptData, DatasetData
from compiler.spec.portfolio import DatasetSpec


def namespace(model: ResolvedModel) -> str | None:
    """The model's namespace in its environment: the adopted one, else the tenant's, else the common one."""
    if model.environment is None:
        return None
    adopted_namespace = adoption_config(model).get("namespace")
    if adopted_namespace:
        return adopted_namespace
    tenants = model.environment.data.get("namespaces", {})
    tenant_namespace = tenants.get(model.data.get("tenant", ""), "")
    return tenant_namespace or model.environment.data.get("namespace")


def adoption_config(model: ResolvedModel) -> AdoptData:
    """The live objects that the model adopts: `name`, `namespace`, `selector`."""
    return model.data.get("deploy", {}).get("adopt", {})


def dataset_in_environment(layers: Layers, dataset: DatasetSpec, environment: str) -> DatasetData:
    """A Dataset in an environment: its overlay for the stage, then for the name, merged onto it."""
    data, overlays = dataset.data.copy(), dataset.data.get("environments", {})
    data.pop("environments", None)
    for key in layers.environment_keys(environment, overlays):
        data = {**data, **overlays[key]}
    return data
