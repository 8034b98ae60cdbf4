"""Whether a standalone cluster's master can be reached, asked before Spark is."""

from __future__ import annotations

import socket

PATIENCE_SECONDS = 10.0


def problem_with(master: str) -> str | None:
    """Why nobody answers at ``spark://host:port[,host:port ...]``; None when somebody does.

    Other kinds of master (``local[*]``, ``yarn``, ``k8s://...``) are not asked: None.
    """
    scheme, _, hosts = master.partition("://")
    if scheme != "spark":
        return None
    problem = "it names no host"
    for host in filter(None, hosts.split(",")):
        name, _, port = host.rpartition(":")
        if not name or not port.isdecimal():
            problem = f"expected host:port, came {host}"
            continue
        try:
            socket.create_connection((name.strip("[]"), int(port)), timeout=PATIENCE_SECONDS).close()
        except (OSError, OverflowError) as error:
            problem = f"{host}: {getattr(error, 'strerror', None) or type(error).__name__}"
        else:
            return None
    return problem
