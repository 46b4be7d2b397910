"""A conversation with the YAML language server, as an editor has it."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
PATIENCE = 30
"""Seconds to wait for an answer."""
SETTINGS = {
    "validate": True,
    "completion": True,
    "hover": True,
    "schemaStore": {"enable": False, "url": ""},
    "kubernetesCRDStore": {"enable": False},
}


class LanguageServer:
    """Started with the context, ended with it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._asked = 0
        self._answers: dict[int, queue.Queue[Any]] = {}
        self._told: dict[str, queue.Queue[Any]] = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["node", str(PROGRAM), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        capabilities = {
            "textDocument": {
                "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
                "publishDiagnostics": {},
            },
            "workspace": {"configuration": True},
        }
        self._ask(
            "initialize",
            {"processId": None, "rootUri": self._root.as_uri(), "capabilities": capabilities},
        )
        self._tell("initialized", {})
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    # -- what an editor does ------------------------------------------------------------------

    def underlined(self, path: Path, text: str) -> list[tuple[int, str]]:
        """Open a text as this file: the lines that are underlined, each with what is said there."""
        self.open(path, text)
        return self.told(path)

    def open(self, path: Path, text: str) -> None:
        """Open a text as this file; `told` says what is underlined once that is known."""
        uri = path.as_uri()
        self._told[uri] = queue.Queue()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})

    def told(self, path: Path) -> list[tuple[int, str]]:
        """The lines of an open file that are underlined, each with what is said there."""
        found = self._told[path.as_uri()].get(timeout=PATIENCE)
        return [(item["range"]["start"]["line"] + 1, item["message"]) for item in found]

    def completed(self, path: Path, line: int, column: int) -> dict[str, str]:
        """What is offered at a place of an open file, counted from 1, with the help for each."""
        at = {"line": line - 1, "character": column - 1}
        answer = self._ask(
            "textDocument/completion", {"textDocument": {"uri": path.as_uri()}, "position": at}
        )
        return {item["label"]: _plain(item.get("documentation", "")) for item in answer["items"]}

    def hovered(self, path: Path, line: int, column: int) -> str:
        """The help that is shown at a place of an open file, counted from 1."""
        at = {"line": line - 1, "character": column - 1}
        answer = self._ask(
            "textDocument/hover", {"textDocument": {"uri": path.as_uri()}, "position": at}
        )
        return _plain(answer["contents"]) if answer else ""

    # -- the wire -----------------------------------------------------------------------------

    def _ask(self, method: str, params: Any) -> Any:
        self._asked += 1
        number = self._asked
        self._answers[number] = queue.Queue()
        self._send({"id": number, "method": method, "params": params})
        return self._answers[number].get(timeout=PATIENCE)

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._receive(json.loads(stream.read(length)))

    def _receive(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            self._answers[message["id"]].put(message.get("result"))
        elif method == "textDocument/publishDiagnostics":
            params = message["params"]
            waiting = self._told.get(params["uri"])
            if waiting is not None:
                waiting.put(params["diagnostics"])
        elif "id" in message:
            wanted = (
                message.get("params", {}).get("items", [])
                if method == "workspace/configuration"
                else []
            )
            result = [SETTINGS if item.get("section") == "yaml" else None for item in wanted]
            self._send({"id": message["id"], "result": result or None})


def _plain(documentation: Any) -> str:
    return documentation["value"] if isinstance(documentation, dict) else str(documentation)
