// Slow path: devices that are network interfaces of the kernel (net_tap, net_af_packet). Their drivers in DPDK 22.11 tell ethdev that
// no frame is longer than 1518 or 1522 bytes, though they carry what the interface carries; ethdev then refuses a larger MTU before
// the driver is asked. So the interface's MTU is set here, and the limit that net_tap keeps for sending is raised with it.
#include "CShims.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_version.h>

#include "kernel_interface.h"

static int interface_mtu(unsigned index, uint16_t mtu) {
    struct ifreq request = {0};
    if (if_indextoname(index, request.ifr_name) == NULL) return -errno;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int result = 0;
    if (ioctl(fd, SIOCGIFMTU, &request) != 0) result = -errno;
    if (result == 0 && request.ifr_mtu != mtu) {
        request.ifr_mtu = mtu;
        if (ioctl(fd, SIOCSIFMTU, &request) != 0) result = -errno;
    }
    close(fd);
    return result;
}

#if RTE_VERSION >= RTE_VERSION_NUM(22, 11, 0, 0) && RTE_VERSION < RTE_VERSION_NUM(23, 0, 0, 0)
// The start of net_tap's transmit queue: the longest frame that it sends follows from the MTU that this points to.
struct tap_transmit_queue {
    int fd;
    int type;
    uint16_t *mtu;
};

static int raise_tap_limit(uint16_t port, uint16_t mtu) {
    uint16_t before = 0;
    int result = rte_eth_dev_get_mtu(port, &before);
    if (result < 0) return result;
    struct tap_transmit_queue *queue = rte_eth_fp_ops[port].txq.data[0];
    if (queue == NULL || queue->mtu == NULL || *queue->mtu != before) return -ENOTSUP;
    *queue->mtu = mtu;
    uint16_t after = 0;
    if (rte_eth_dev_get_mtu(port, &after) == 0 && after == mtu) return 0;
    *queue->mtu = before;
    return -ENOTSUP;
}
#else
static int raise_tap_limit(uint16_t port, uint16_t mtu) {
    (void)port;
    (void)mtu;
    return -ENOTSUP;
}
#endif

bool vd_understates_frames(const struct rte_eth_dev_info *device, uint16_t mtu) {
    return device->if_index != 0 && vd_ethdev_mtu(device, mtu) < mtu;
}

uint16_t vd_ethdev_mtu(const struct rte_eth_dev_info *device, uint16_t mtu) {
    uint32_t overhead = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
    if (device->max_rx_pktlen <= overhead || mtu + overhead <= device->max_rx_pktlen) return mtu;
    return (uint16_t)(device->max_rx_pktlen - overhead);
}

bool vd_interface_is_elsewhere(uint16_t port) {
    struct rte_eth_dev_info device;
    char name[IF_NAMESIZE];
    return rte_eth_dev_info_get(port, &device) == 0 && device.if_index != 0 && if_indextoname(device.if_index, name) == NULL;
}

int vd_kernel_mtu_set(uint16_t port, const struct rte_eth_dev_info *device, uint16_t mtu) {
    int result = interface_mtu(device->if_index, mtu);
    if (result < 0 || strcmp(device->driver_name, "net_tap") != 0) return result;
    return raise_tap_limit(port, mtu);
}
