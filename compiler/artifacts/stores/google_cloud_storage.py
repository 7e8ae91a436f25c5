"""Digests of objects in Google Cloud Storage, with the credentials of `gcloud auth application-default login`."""

import os
from collections.abc import Iterator

import requests
from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.cloud import storage

from compiler.artifacts.artifact_digest import CHUNK_BYTES, ArtifactDigest, Progress
from compiler.artifacts.object_digest import StoredObject, bucket_and_key, object_digest
from compiler.foundation.errors import HostError


def store_digest(location: str, progress: Progress) -> ArtifactDigest:
    """The digest of an object, or of all objects below a prefix as a folder."""
    bucket, key = bucket_and_key("gs", location)
    try:
        client = _client()

        def objects(prefix: str) -> Iterator[StoredObject]:
            for blob in client.list_blobs(bucket, prefix=prefix):
                yield StoredObject(blob.name, blob.size)

        def content(name: str) -> Iterator[bytes]:
            with client.bucket(bucket).blob(name).open("rb", chunk_size=CHUNK_BYTES) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    yield chunk

        return object_digest(f"gs://{location}", key, objects, content, progress)
    except (GoogleAPIError, GoogleAuthError, requests.RequestException) as error:
        raise HostError(f"cannot read gs://{location}: {error}") from error


def _client() -> storage.Client:
    """The client of the store; without credentials, of public buckets."""
    try:
        return storage.Client(project=os.environ.get("GOOGLE_CLOUD_PROJECT", "none"))
    except DefaultCredentialsError:
        return storage.Client.create_anonymous_client()
