"""Object storage behind one small interface: any S3, or a local directory.

`open_store(url)` takes `s3://bucket[/prefix]` or a directory's path.
Both promise: an object is seen whole or not at all; `create` succeeds for one caller only;
`replace` succeeds only against the version it names.
"""

from tasks.store.interface import Documents, Object, Precondition, Store
from tasks.store.near import Near
from tasks.store.opening import open_store

__all__ = ["Documents", "Near", "Object", "Precondition", "Store", "open_store"]
