"""The stored documents from FastAPI, compressed by its GZipMiddleware as its documentation adds it."""

from fastapi.middleware.gzip import GZipMiddleware

from benchmarks.peers import fastapi_documents

app = GZipMiddleware(fastapi_documents.app, minimum_size=1000, compresslevel=5)
