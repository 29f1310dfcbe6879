// Private to the shim: MTUs of devices that are network interfaces of the kernel.
#pragma once
#include "CShims.h"

/// Whether the device is an interface of the kernel whose driver claims not to carry frames of this MTU.
bool vd_understates_frames(const struct rte_eth_dev_info *device, uint16_t mtu);
/// The largest MTU up to `mtu` that ethdev accepts for the device.
uint16_t vd_ethdev_mtu(const struct rte_eth_dev_info *device, uint16_t mtu);
/// Whether the device's interface has been moved to another network namespace: its driver then sees no link, though frames pass.
bool vd_interface_is_elsewhere(uint16_t port);
/// Sets the interface's MTU behind ethdev's back. After the port's start. 0, or a negative errno.
int vd_kernel_mtu_set(uint16_t port, const struct rte_eth_dev_info *device, uint16_t mtu);

bool vd_is_bond(uint16_t port);
/// The same for a bond, by its members: the MTU that ethdev takes for all of them, and what it does not.
uint16_t vd_bond_ethdev_mtu(uint16_t port, uint16_t mtu);
int vd_bond_kernel_mtu_set(uint16_t port, uint16_t mtu);
