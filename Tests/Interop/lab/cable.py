"""A cable between two interfaces of one namespace: whatever one sends, the other receives, link-local protocols too, which no bridge passes."""

import json

from . import bpf


class Cable:
    """Both ends must stay in the namespace of the programs that use them: these watch the links."""

    def __init__(self, namespace, *ends):
        self.namespace = namespace
        self.ends = ends
        for near, far in (ends, ends[::-1]):
            namespace.ip(f"link set dev {near} txqueuelen 10000 up")
            index = json.loads(namespace.run("ip", "-json", "link", "show", "dev", far).stdout)[0]["ifindex"]
            bpf.attach(namespace, near, ingress=(bpf.compiled("cable", FAR_END=index), "forward"))

    def cut(self):
        self.namespace.ip(*(f"link set dev {end} down" for end in self.ends))

    def mend(self):
        self.namespace.ip(*(f"link set dev {end} up" for end in self.ends))
