"""Modelyard: compiles model specs in git into Kubernetes manifests, delivery configuration, monitoring and governance records."""

__version__ = "0.1.0"
