# The part of boto3 that Modelyard uses; the package has no types.

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

from botocore.config import Config

class ObjectEntry(TypedDict):
    Key: str
    Size: int

class ObjectPage(TypedDict, total=False):
    Contents: Sequence[ObjectEntry]

class Paginator:
    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[ObjectPage]: ...

class Client:
    def get_paginator(self, operation_name: str) -> Paginator: ...
    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]: ...

class Session:
    def get_credentials(self) -> object | None: ...
    def client(self, service_name: str, *, config: Config) -> Client: ...
