"""Digests of objects in S3, with the credentials of the AWS CLI: variables, profiles, SSO, roles."""

from collections.abc import Iterator

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from compiler.artifacts.artifact_digest import CHUNK_BYTES, ArtifactDigest, Progress
from compiler.artifacts.object_digest import StoredObject, bucket_and_key, object_digest
from compiler.foundation.errors import HostError


def store_digest(location: str, progress: Progress) -> ArtifactDigest:
    """The digest of an object, or of all objects below a prefix as a folder."""
    bucket, key = bucket_and_key("s3", location)
    try:
        session = boto3.Session()
        has_credentials = session.get_credentials() is not None
        client = session.client("s3", config=Config() if has_credentials else Config(signature_version=UNSIGNED))

        def objects(prefix: str) -> Iterator[StoredObject]:
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for entry in page.get("Contents", ()):
                    yield StoredObject(entry["Key"], entry["Size"])

        def content(name: str) -> Iterator[bytes]:
            yield from client.get_object(Bucket=bucket, Key=name)["Body"].iter_chunks(CHUNK_BYTES)

        return object_digest(f"s3://{location}", key, objects, content, progress)
    except (BotoCoreError, ClientError) as error:
        raise HostError(f"cannot read s3://{location}: {error}") from error
