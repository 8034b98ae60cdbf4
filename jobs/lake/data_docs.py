"""The folder of a data set's Data Docs: one page a judged version, and an index that a browser opens offline.

Great Expectations' own site builder takes styles and scripts from public hosts and lists runs by script, so without
a network its pages are bare and its index is empty. Its renderers still write each page's body (``jobs.lake.gate``);
the frame around it, the style and the index are ours and ask no host for anything.

    index.html, index.json            every judged version, newest first
    <stage>/v<version>.html           one result
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from jobs.lake.suites import GateResult
from jobs.lake.versions import TableVersion

TEMPLATES = Path(__file__).parent / "docs_pages"


@dataclass(frozen=True)
class DocsStore:
    """Data Docs under ``root`` (``Layout.docs``); folders are made when something is written."""

    root: Path

    def page(self, stage: str, table: TableVersion) -> Path:
        """Where the page of this judged version lies."""
        return self.root / stage / f"v{table.version}.html"

    @property
    def index(self) -> Path:
        """The page to open first."""
        return self.root / "index.html"

    def save(self, result: GateResult, html: str) -> Path:
        """Writes the page of one result and lists it in the index; judging a version again replaces its page.

        Returns:
            The page.
        """
        page = self.page(result.stage, result.table)
        page.parent.mkdir(parents=True, exist_ok=True)
        _write(page, html)
        entries = [self._entry(result), *(e for e in self._entries() if e["page"] != self._relative(page))]
        entries.sort(key=lambda entry: str(entry["judged_at"]), reverse=True)
        _write(self.root / "index.json", json.dumps(entries, ensure_ascii=False, indent=1))
        # Not Great Expectations' environment: that one does not escape.
        environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
        _write(self.index, environment.get_template("index.html").render(entries=entries, dataset=self.root.name))
        return page

    def _entries(self) -> list[dict[str, Any]]:
        file = self.root / "index.json"
        if not file.exists():
            return []
        entries: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
        return entries

    def _entry(self, result: GateResult) -> dict[str, Any]:
        return {
            "stage": result.stage,
            "version": result.table.version,
            "judged_at": result.judged_at,
            "verdict": result.worst,
            "expectations": len(result.checks),
            "failed": len(result.failed),
            "page": self._relative(self.page(result.stage, result.table)),
        }

    def _relative(self, page: Path) -> str:
        return page.relative_to(self.root).as_posix()


def _write(path: Path, text: str) -> None:
    """In one step, so that a killed run leaves the old page and never half a new one."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)
