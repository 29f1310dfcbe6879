"""A laboratory of network namespaces around one or more gateways: hosts, VXLAN endpoints, switches, captures and transfers.

Nothing here knows a test. Everything that is made carries the name of the process that made it, so that what a killed run leaves
behind is swept away by the next one (``ownership``).
"""
