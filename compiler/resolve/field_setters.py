"""Which models may set a field."""

from compiler.spec.portfolio import Portfolio, header_items


def models_that_may_set(portfolio: Portfolio, deploy_field: str) -> frozenset[str]:
    """Models with a layer that sets a field of `deploy`; all models if a shared layer does."""
    models = portfolio.by_kind("Model")
    shared_layers = [portfolio.project, *portfolio.by_kind("Environment").values(), *portfolio.defaults.values()]
    if any(deploy_field in spec.header.deploy_fields for spec in shared_layers):
        return frozenset(models)
    return frozenset(name for name, spec in header_items(models) if deploy_field in spec.header.deploy_fields)
