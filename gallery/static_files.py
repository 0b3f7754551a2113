"""Stylesheets and scripts under names that carry their content's hash, so that a browser may keep them for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

# `import "./x.js"`, `from "./x.js"` and `import("./x.js")`, in the gallery's own scripts alone: a library's may hold
# addresses that mean something else.
IMPORTS = (
    "js/*.js",
    (
        (
            r"""(?P<matched>(?P<verb>\bfrom\s*|\bimport\s*\(?)["'](?P<url>\.{1,2}/[^"']+\.js)["'])""",
            """%(verb)s"%(url)s\"""",
        ),
    ),
)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Follows imports from script to script too: otherwise an updated page could run an outdated module."""

    patterns = (*CompressedManifestStaticFilesStorage.patterns, IMPORTS)
